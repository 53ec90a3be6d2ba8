"""Staff pages that change an account as a whole: each says what will happen, and asks why.

`portal.staff.site` guards every view here.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from accounts import by_staff, staff
from accounts.forms.staff import NameForm
from accounts.guards.interrupted_forms import confirms
from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from core.i18n import gettext_lazy, ngettext
from devices import staff_acts
from portal.staff.act_pages import FORM, Text, ask, ask_why, browsers_of, may_act


@require_http_methods(FORM)
@confirms(gettext_lazy("lock an account"), "checked", "reason")
def lock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Lock the account and end its sessions."""
    user = may_act(request, public_id, staff.Act.LOCK)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.lock(actor=authenticated_user(request), user=user, reason=reason)
        return changed, _("The account is locked.") if changed else _("It was already locked.")

    return ask_why(request, user, "lock", do, browsers=browsers_of(user))


@require_http_methods(FORM)
@confirms(gettext_lazy("unlock an account"), "checked", "reason")
def unlock(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the person sign in again."""
    user = may_act(request, public_id, staff.Act.UNLOCK)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.unlock(actor=authenticated_user(request), user=user, reason=reason)
        return changed, _("The account is unlocked.") if changed else _("It was not locked.")

    return ask_why(request, user, "unlock", do)


@require_http_methods(FORM)
@confirms(gettext_lazy("freeze an account"), "checked", "reason")
def freeze(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take back what was added without a strong proof, and let nothing more be added so."""
    user = may_act(request, public_id, staff.Act.FREEZE)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.freeze(actor=authenticated_user(request), user=user, reason=reason)
        return changed, _("The account is frozen.") if changed else _("It was already frozen.")

    return ask_why(request, user, "freeze", do, browsers=browsers_of(user))


@require_http_methods(FORM)
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

    return ask_why(request, user, "end_sessions", do, browsers=browsers_of(user))


@require_http_methods(FORM)
@confirms(gettext_lazy("correct a name"), "name", "checked", "reason")
def name(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct how the person is called here."""
    user = may_act(request, public_id, staff.Act.NAME)

    def do(form: NameForm) -> tuple[bool, Text]:
        named = form.cleaned_data["name"]
        changed = by_staff.name(
            actor=authenticated_user(request), user=user, name=named, reason=form.why
        )
        return changed, _("The name is corrected.") if changed else _("That was the name already.")

    return ask(request, user, "name", NameForm, do, initial={"name": user.name})


@require_http_methods(FORM)
@confirms(gettext_lazy("require a new password"), "checked", "reason")
def require_password(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the person do nothing here before they have chosen a new password."""
    user = may_act(request, public_id, staff.Act.REQUIRE_PASSWORD)

    def do(reason: str) -> tuple[bool, Text]:
        changed = by_staff.require_password(
            actor=authenticated_user(request), user=user, reason=reason
        )
        said = _("The person has to choose a new password.")
        return changed, said if changed else _("They already have to choose a new password.")

    return ask_why(request, user, "require_password", do, browsers=browsers_of(user))


@require_http_methods(FORM)
@confirms(gettext_lazy("send a link for a new password"), "checked", "reason")
def send_reset(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Mail the person a link for a new password, which staff never see."""
    user = may_act(request, public_id, staff.Act.SEND_RESET)

    def do(reason: str) -> tuple[bool, Text]:
        try:
            by_staff.send_reset(actor=authenticated_user(request), user=user, reason=reason)
        except by_staff.IsLocked:
            return False, _("The account is locked. Unlock it first.")
        return True, _("We’ll send the link to %(address)s.") % {"address": user.email}

    return ask_why(request, user, "send_reset", do)
