"""Staff pages of who manages an organisation; `portal.staff.site` guards every view here."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import organisations, staff
from accounts.activity.origin import origin_of
from accounts.guards.interrupted_forms import confirms
from accounts.models import Membership, Organisation, User
from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from portal.staff.act_pages import FORM, Text, ask_why, may_act

GIVE, TAKE, REMOVE = "give", "take", "remove"


@require_http_methods(FORM)
@confirms(gettext_lazy("change who manages an organisation"), "checked", "reason")
def set_manager(
    request: HttpRequest, public_id: UUID, member_id: UUID, change: str
) -> HttpResponse:
    """Let a member manage the organisation, or no longer, or not belong to it any more.

    Acts of an administrator.
    """
    user = may_act(request, member_id, staff.Act.KEEP_ORGANISATIONS)
    members = Membership.objects.select_related("organisation")
    found = get_object_or_404(members, user=user, organisation__public_id=public_id)
    if change not in (GIVE, TAKE, REMOVE):
        raise Http404
    actor, organisation = authenticated_user(request), found.organisation

    def do(reason: str) -> tuple[bool, Text]:
        if change == REMOVE:
            return _remove(actor, user, organisation, reason)
        changed = organisations.set_manager(
            actor=actor,
            user=user,
            organisation=organisation,
            is_manager=change == GIVE,
            reason=reason,
            origin=origin_of(request),
        )
        return changed, _("We’ll notify the person.") if changed else _(
            "There was nothing to change."
        )

    return ask_why(
        request,
        user,
        f"manager_{change}",
        do,
        back=reverse("admin:organisation", kwargs={"public_id": public_id}),
        organisation=organisation.name,
    )


def _remove(actor: User, user: User, organisation: Organisation, reason: str) -> tuple[bool, Text]:
    try:
        changed = organisations.remove_member(
            actor=actor, user=user, organisation=organisation, reason=reason
        )
    except organisations.HasEnrolment:
        return False, _("End their account with the organisation first, on the account page.")
    return changed, _("We’ll notify the person.") if changed else _("There was nothing to change.")
