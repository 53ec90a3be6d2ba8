"""Staff pages that take something from an account: a phone, a passkey, the codes, a browser.

`portal.staff.site` guards every view here.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import by_staff, staff
from accounts.authentication.factors import recovery_codes
from accounts.guards.interrupted_forms import confirms
from accounts.models import User
from accounts.readiness import assessment
from accounts.readiness.loss_impact import count
from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from core.i18n import gettext_lazy, listed
from devices import staff_acts
from devices.factors import last_factor
from devices.models import Passkey, Phone, Session
from devices.phones.consequences import factors_of
from portal.staff.act_pages import FORM, Text, ask_why, browsers_of, may_act

A_COLLEAGUE = gettext_lazy("A colleague has to agree: they do the same within 24 hours.")


@require_http_methods(FORM)
@confirms(gettext_lazy("unlink a phone of a person"), "checked", "reason")
def unlink_phone(request: HttpRequest, public_id: UUID, phone_id: UUID) -> HttpResponse:
    """Let a phone of the person go; a second post finds it gone and changes nothing."""
    user = may_act(request, public_id, staff.Act.UNLINK_PHONE)
    phone = user.phones.linked().filter(public_id=phone_id).first()
    if phone is None:
        return _gone(request, user, _("This phone is not linked."))
    phone.user = user

    def do(reason: str) -> tuple[bool, Text]:
        try:
            done = staff_acts.unlink_phone(
                actor=authenticated_user(request), phone=phone, reason=reason
            )
        except Phone.DoesNotExist:
            return False, _("This phone is not linked.")
        if done is None:
            return False, A_COLLEAGUE
        said = _("%(phone)s is unlinked and its secrets are erased.") % {"phone": phone.name}
        return True, said

    facts = {
        "phone": phone,
        "takes_two": last_factor.goes_with(phone),
        "has_codes": bool(factors_of(phone)),
        "has_app": phone.app is not None,
        "left": count(assessment.of(user).without([phone.possession_key])),
        "browsers": browsers_of(user),
    }
    return ask_why(request, user, "unlink_phone", do, **facts)


def _gone(request: HttpRequest, user: User, said: str) -> HttpResponse:
    """Say to a second press that there is nothing left to do; a page that nobody links is none."""
    if request.method != "POST":
        raise Http404
    messages.info(request, said)
    return redirect("admin:account", public_id=user.public_id)


@require_http_methods(FORM)
@confirms(gettext_lazy("remove a passkey of a person"), "checked", "reason")
def remove_passkey(request: HttpRequest, public_id: UUID, passkey_id: UUID) -> HttpResponse:
    """Remove a passkey that the person has lost."""
    user = may_act(request, public_id, staff.Act.REMOVE_PASSKEY)
    passkey = user.passkeys.filter(public_id=passkey_id).first()
    if passkey is None:
        return _gone(request, user, _("This passkey was removed already."))
    passkey.user = user

    def do(reason: str) -> tuple[bool, Text]:
        try:
            done = staff_acts.remove_passkey(
                actor=authenticated_user(request), passkey=passkey, reason=reason
            )
        except Passkey.DoesNotExist:
            return False, _("This passkey was removed already.")
        if done is None:
            return False, A_COLLEAGUE
        return True, _("The passkey %(name)s is removed.") % {"name": passkey.name}

    facts = {
        "passkey": passkey,
        "takes_two": last_factor.is_this(passkey),
        "left": count(assessment.of(user).without([passkey.possession_key])),
        "browsers": browsers_of(user),
    }
    return ask_why(request, user, "remove_passkey", do, **facts)


@require_http_methods(FORM)
@confirms(gettext_lazy("revoke the recovery codes of a person"), "checked", "reason")
def discard_codes(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Revoke the recovery codes of the person."""
    user = may_act(request, public_id, staff.Act.DISCARD_CODES)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.discard_codes(
            actor=authenticated_user(request), user=user, reason=reason
        )
        said = _("The recovery codes no longer work.")
        return changed, said if changed else _("There are no recovery codes.")

    facts = {"left": recovery_codes.summary(user).left, "browsers": browsers_of(user)}
    return ask_why(request, user, "discard_codes", do, **facts)


@require_http_methods(FORM)
@confirms(gettext_lazy("sign a browser of a person out"), "checked", "reason")
def end_session(request: HttpRequest, public_id: UUID, session_id: UUID) -> HttpResponse:
    """Sign one browser of the person out."""
    user = may_act(request, public_id, staff.Act.END_SESSIONS)
    session = Session.objects.of(user).filter(public_id=session_id).first()
    if session is None:
        return _gone(request, user, _("This browser was signed out already."))

    def do(reason: str) -> tuple[bool, Text]:
        changed = staff_acts.end_session(
            actor=authenticated_user(request), user=user, session=session, reason=reason
        )
        said = _("The browser is signed out.")
        return changed, said if changed else _("This browser was signed out already.")

    return ask_why(request, user, "end_session", do, session=session)


@require_http_methods(FORM)
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
            return False, A_COLLEAGUE
        return changed, _("Decided.") if changed else _("There is no dispute to decide.")

    contested = list(user.phones.contested().select_related("user"))
    facts = {
        "phones": listed([phone.name for phone in contested]),
        "takes_two": not keeps and any(last_factor.goes_with(phone) for phone in contested),
        "browsers": browsers_of(user),
    }
    return ask_why(request, user, f"{outcome}_contested", do, **facts)
