"""Staff pages of people who have no account yet: invite, send again, withdraw.

`portal.staff.site` guards every view here.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from accounts import staff
from accounts.forms.code import SENDS
from accounts.forms.invitation import InviteForm
from accounts.links import invitations
from accounts.models import Invitation
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.limits.counters import LimitReached
from core.web.http import require_post
from core.web.paging import page_of_rows

ROWS = 12  # with two forms each, so that a first visit weighs less than 60,000 bytes


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the invitations that nobody has accepted, newest first."""
    rows = Invitation.objects.open().select_related("invited_by", "organisation").order_by("-pk")
    invites = staff.may(authenticated_user(request), staff.Act.INVITE)
    context = {**page_of_rows(request, rows, ROWS), "invites": invites}
    return render(request, "admin/invitations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Invite somebody by mail."""
    staff.check_may(authenticated_user(request), staff.Act.INVITE)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _invite(request, form):
        words = {"address": form.cleaned_data["email"]}
        messages.success(request, _("We’re sending an invitation to %(address)s.") % words)
        return redirect("admin:invitations")
    return show_form(request, "admin/add_person.html", form)


def _invite(request: HttpRequest, form: InviteForm) -> bool:
    given = {"address": form.cleaned_data["email"], "name": form.cleaned_data["name"]}
    try:
        invitations.invite(
            actor=authenticated_user(request), language=get_language() or "", **given
        )
    except invitations.HasAccount:
        form.add_error("email", _("There is already an account with this address."))
    except invitations.IsInvited:
        form.add_error(
            "email", _("This address has already been invited. Send that invitation again.")
        )
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit, SENDS))
    else:
        return True
    return False


@require_post("admin:invitations")
def resend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send another link, which ends the one before."""
    row = get_object_or_404(Invitation, public_id=public_id)
    try:
        invitations.resend(
            actor=authenticated_user(request), invitation=row, language=get_language() or ""
        )
    except invitations.NotOpen:
        messages.info(request, _("This invitation was accepted or withdrawn."))
    except LimitReached as limit:
        messages.warning(request, InviteForm().must_wait(limit, SENDS).messages[0])
    else:
        words = {"address": row.address}
        messages.success(request, _("We’re sending another link to %(address)s.") % words)
    return redirect("admin:invitations")


@require_post("admin:invitations")
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Let the link count no more."""
    row = get_object_or_404(Invitation, public_id=public_id)
    if invitations.withdraw(actor=authenticated_user(request), invitation=row):
        messages.success(request, _("The invitation is withdrawn. Its link no longer works."))
    else:
        messages.info(request, _("This invitation was accepted or withdrawn."))
    return redirect("admin:invitations")
