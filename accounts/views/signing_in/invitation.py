"""Accepting an invitation: the link of the mail, then a name and a password."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import organisation_policy
from accounts.activity.origin import Origin
from accounts.authentication import sign_in
from accounts.authentication.proofs import Proof, Strength
from accounts.contacts.taken import has_account, is_address_taken
from accounts.forms.invitation import AcceptForm
from accounts.forms.links import TokenForm
from accounts.links import invitations
from accounts.models import Invitation, User
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
    found = invited(request)
    if isinstance(request.user, User):
        return _signed_in(request, request.user, found)
    if found is None:
        return render(request, "accounts/invitation_refused.html", status=404)
    if found.organisation and has_account(found.address):
        return _to_sign_in(request)
    initial = {"name": found.name}
    form = AcceptForm(request.POST or None, address=found.address, initial=initial)
    if request.method == "POST" and form.is_valid():
        response = _accept(request, found, form)
        if response is not None:
            return response
        return render(request, "accounts/invitation_refused.html", status=404)
    firm = found.organisation
    rules = organisation_policy.in_words(organisation_policy.rules_of(firm)) if firm else []
    context = {"address": found.address, "organisation": firm, "rules": rules}
    return show_form(request, "accounts/invitation.html", form, **context)


def _signed_in(request: HttpRequest, user: User, found: Invitation | None) -> HttpResponse:
    """Lead to joining with this account, if the invitation is for it."""
    if found and found.organisation and invitations.is_for(user, found):
        return redirect("accounts:join_organisation")
    messages.warning(request, _("You are signed in. Sign out first to accept an invitation."))
    return redirect("overview")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("You already have an account with this address. Sign in to continue."))
    query = urlencode({"next": reverse("accounts:join_organisation")})
    return redirect(f"{reverse('accounts:sign_in')}?{query}")


def invited(request: HttpRequest) -> Invitation | None:
    """Return the live invitation whose link was followed in this browser."""
    return Invitation.find(str(request.session.get(INVITATION_KEY, "")))


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
