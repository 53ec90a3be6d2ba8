"""Accepting an invitation: the link of the mail, then a name and a password."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import Origin
from accounts.authentication import sign_in
from accounts.authentication.proofs import Proof, Strength
from accounts.contacts.taken import is_address_taken
from accounts.forms.invitation import AcceptForm
from accounts.forms.links import TokenForm
from accounts.links import invitations
from accounts.models import Invitation
from accounts.views.shortcuts import follow, show_form
from core.i18n import gettext as _
from core.web.http import client_of

INVITATION_KEY = "invitation"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def invitation_link(request: HttpRequest) -> HttpResponse:
    """Take the token of a link into the session; following it uses nothing up."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        if Invitation.find(token):
            request.session[INVITATION_KEY] = token
            return redirect("accounts:invitation")
        return render(request, "accounts/invitation_refused.html", status=404)
    return show_form(request, "accounts/open_link.html", form)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest) -> HttpResponse:
    """Take a name and a password, make the account and sign in."""
    if request.user.is_authenticated:
        messages.warning(request, _("You are signed in. Sign out first to accept an invitation."))
        return redirect("overview")
    found = Invitation.find(str(request.session.get(INVITATION_KEY, "")))
    if found is None:
        return render(request, "accounts/invitation_refused.html", status=404)
    initial = {"name": found.name}
    form = AcceptForm(request.POST or None, address=found.address, initial=initial)
    if request.method == "POST" and form.is_valid():
        response = _accept(request, found, form)
        if response is not None:
            return response
        return render(request, "accounts/invitation_refused.html", status=404)
    return show_form(request, "accounts/invitation.html", form, address=found.address)


def _accept(request: HttpRequest, found: Invitation, form: AcceptForm) -> HttpResponse | None:
    try:
        with transaction.atomic():
            user = invitations.accept(
                invitation=found,
                name=form.cleaned_data["name"],
                password=form.hashed,
                origin=Origin(client_of(request)),
            )
            if user is None:
                return None
            request.session.pop(INVITATION_KEY)
            outcome = sign_in.finish(request, user, [Proof.now("password", Strength.PASSWORD)])
    except IntegrityError as error:
        if not is_address_taken(error):
            raise
        return None
    messages.success(request, _("Your account is ready. Now add a second step to protect it."))
    return follow(outcome)
