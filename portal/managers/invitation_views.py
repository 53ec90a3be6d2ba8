"""Pages of managers: whom their organisation invited; invite one person, send again, withdraw.

`portal.managers.guard` guards every view here.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts.contacts.normalization import email_key
from accounts.forms.organisation_invitation import SENDS, OrganisationInviteForm
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.links import organisation_invitations
from accounts.links.invitations import NotOpen
from accounts.links.organisation_invitations import Invitee, Obstacle, Refused
from accounts.models import Invitation, Organisation
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from core.web.http import require_post
from core.web.paging import page_of_rows
from portal.managers.guard import FORM, manager_page

ROWS = 12  # with two forms each, so that a first visit weighs less than 60,000 bytes


@require_http_methods(FORM)
@manager_page
@confirms(gettext_lazy("invite somebody"), "email", "name")
def invitations(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """List the invitations of this organisation, newest first, and take another."""
    form = OrganisationInviteForm(
        request.POST if request.method == "POST" else None, initial=held_values(request)
    )
    if request.method == "POST" and form.is_valid() and _invite(request, organisation, form):
        words = {"address": form.cleaned_data["email"]}
        messages.success(request, _("We’re sending an invitation to %(address)s.") % words)
        return _listed(organisation)
    rows = organisation.invitations.order_by("-pk")
    context = {
        **page_of_rows(request, rows, ROWS),
        "organisation": organisation,
        "place": "invitations",
    }
    return show_form(request, "managers/invitations.html", form, **context)


def _listed(organisation: Organisation) -> HttpResponse:
    return redirect("organisation:invitations", public_id=organisation.public_id)


def _invite(request: HttpRequest, organisation: Organisation, form: OrganisationInviteForm) -> bool:
    invitee = Invitee(form.cleaned_data["email"], form.cleaned_data["name"])
    try:
        organisation_invitations.invite(
            actor=authenticated_user(request),
            organisation=organisation,
            people=[invitee],
            language=get_language() or "",
        )
    except Refused as refused:
        # None is left if the other invitation, which was there first, is gone again.
        found = refused.obstacles.get(email_key(invitee.address), Obstacle.INVITED)
        form.add_error("email", found.value)
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit, SENDS))
    else:
        return True
    return False


@require_post("organisation:index")
@manager_page
@confirms(gettext_lazy("send an invitation again"))
def resend(request: HttpRequest, organisation: Organisation, invitation_id: UUID) -> HttpResponse:
    """Send another link, which ends the one before."""
    row = _its(organisation, invitation_id)
    words = {"address": row.address}
    try:
        organisation_invitations.resend(
            actor=authenticated_user(request),
            organisation=organisation,
            invitation=row,
            language=get_language() or "",
        )
    except NotOpen:
        messages.info(request, _("This invitation was accepted or withdrawn."))
    except Refused as refused:
        messages.warning(request, str(next(iter(refused.obstacles.values())).value))
    except LimitReached as limit:
        messages.warning(request, OrganisationInviteForm().must_wait(limit, SENDS).messages[0])
    else:
        messages.success(request, _("We’re sending another link to %(address)s.") % words)
    return _listed(organisation)


@require_post("organisation:index")
@manager_page
@confirms(gettext_lazy("withdraw an invitation"))
def withdraw(request: HttpRequest, organisation: Organisation, invitation_id: UUID) -> HttpResponse:
    """Let the link count no more."""
    row = _its(organisation, invitation_id)
    if organisation_invitations.withdraw(
        actor=authenticated_user(request), organisation=organisation, invitation=row
    ):
        messages.success(request, _("The invitation is withdrawn. Its link no longer works."))
    else:
        messages.info(request, _("This invitation was accepted or withdrawn."))
    return _listed(organisation)


def _its(organisation: Organisation, invitation_id: UUID) -> Invitation:
    return get_object_or_404(organisation.invitations, public_id=invitation_id)
