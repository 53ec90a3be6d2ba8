"""Staff pages that change one account: each says what will happen, and asks for the reason.

`portal.staff.site` guards every view here.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import by_staff, staff
from accounts.guards.interrupted_forms import confirms
from accounts.models import User
from accounts.readiness import assessment
from accounts.readiness.loss_impact import count
from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from core.i18n import gettext_lazy, listed, ngettext
from devices import staff_acts
from devices.factors import last_factor
from devices.models import Phone, Session
from devices.phones.consequences import factors_of
from portal.staff.act_pages import Text, ask_why, may_act


def _browsers(user: User) -> int:
    return Session.objects.of(user).alive().count()


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("lock an account"), "checked", "reason")
def lock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Lock the account and end its sessions."""
    user = may_act(request, public_id, staff.Act.LOCK)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.lock(actor=authenticated_user(request), user=user, reason=reason)
        return changed, _("The account is locked.") if changed else _("It was already locked.")

    return ask_why(request, user, "lock", do, browsers=_browsers(user))


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("unlock an account"), "checked", "reason")
def unlock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the person sign in again."""
    user = may_act(request, public_id, staff.Act.UNLOCK)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.unlock(actor=authenticated_user(request), user=user, reason=reason)
        return changed, _("The account is unlocked.") if changed else _("It was not locked.")

    return ask_why(request, user, "unlock", do)


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("freeze an account"), "checked", "reason")
def freeze(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back what was added without a strong proof, and let nothing more be added so."""
    user = may_act(request, public_id, staff.Act.FREEZE)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.freeze(actor=authenticated_user(request), user=user, reason=reason)
        return changed, _("The account is frozen.") if changed else _("It was already frozen.")

    return ask_why(request, user, "freeze", do, browsers=_browsers(user))


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("sign a person out everywhere"), "checked", "reason")
def end_sessions(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sign the person out everywhere."""
    user = may_act(request, public_id, staff.Act.END_SESSIONS)

    def do(reason: str) -> tuple[bool, Text]:
        ended = staff_acts.end_all_sessions(
            actor=authenticated_user(request), user=user, reason=reason
        )
        said = ngettext(
            "%(count)d browser was signed out.", "%(count)d browsers were signed out.", ended
        ) % {"count": ended}
        return bool(ended), said if ended else _("No browser was signed in.")

    return ask_why(request, user, "end_sessions", do, browsers=_browsers(user))


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("unlink a phone of a person"), "checked", "reason")
def unlink_phone(request: HttpRequest, public_id: UUID, phone_id: UUID) -> HttpResponse:
    """Let a phone of the person go; a second post finds it gone and changes nothing."""
    user = may_act(request, public_id, staff.Act.UNLINK_PHONE)
    phone = user.phones.linked().filter(public_id=phone_id).first()
    if phone is None:
        return _no_phone(request, user)
    phone.user = user

    def do(reason: str) -> tuple[bool, Text]:
        try:
            done = staff_acts.unlink_phone(
                actor=authenticated_user(request), phone=phone, reason=reason
            )
        except Phone.DoesNotExist:
            return False, _("This phone is not linked.")
        if done is None:
            return False, _("A colleague has to agree: they do the same within 24 hours.")
        said = _("%(phone)s is unlinked and its secrets are erased.") % {"phone": phone.name}
        return True, said

    facts = {
        "phone": phone,
        "takes_two": last_factor.goes_with(phone),
        "has_codes": bool(factors_of(phone)),
        "has_app": phone.app is not None,
        "left": count(assessment.of(user).without([phone.possession_key])),
        "browsers": _browsers(user),
    }
    return ask_why(request, user, "unlink_phone", do, **facts)


def _no_phone(request: HttpRequest, user: User) -> HttpResponse:
    if request.method != "POST":
        raise Http404
    messages.info(request, _("This phone is not linked."))
    return redirect("admin:account", public_id=user.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("settle a dispute"), "checked", "reason")
def decide_dispute(request: HttpRequest, public_id: UUID, outcome: str) -> HttpResponse:
    """Decide a dispute: the contested phones stay, or they go."""
    keeps = outcome == "keep"
    user = may_act(request, public_id, staff.Act.DECIDE_DISPUTE)
    if outcome not in ("keep", "unlink"):
        raise Http404
    if request.method != "POST" and not user.is_disputed:
        raise Http404

    def do(reason: str) -> tuple[bool, Text]:
        decided: dict[str, Any] = {"keeps": keeps, "reason": reason}
        changed = staff_acts.decide_dispute(actor=authenticated_user(request), user=user, **decided)
        if changed is None:
            return False, _("A colleague has to agree: they do the same within 24 hours.")
        return changed, _("Decided.") if changed else _("There is no dispute to decide.")

    contested = list(user.phones.contested().select_related("user"))
    facts = {
        "phones": listed([phone.name for phone in contested]),
        "takes_two": not keeps and any(last_factor.goes_with(phone) for phone in contested),
        "browsers": _browsers(user),
    }
    return ask_why(request, user, f"{outcome}_contested", do, **facts)
