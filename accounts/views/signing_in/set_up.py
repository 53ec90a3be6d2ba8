"""The one-time link with which a new administrator sets up the second step."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.authentication import proofs
from accounts.authentication.proofs import Proof, Strength
from accounts.forms.links import TokenForm
from accounts.holds import bindings
from accounts.models import OneTimeLink
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _

SET_UP_KEY = "set_up_link"


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def set_up_link(request: HttpRequest) -> HttpResponse:
    """Take the token of a link into the session; it is used after the password."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        if OneTimeLink.find(token, "set-up"):
            request.session[SET_UP_KEY] = token
            return redirect("accounts:set_up")
        form.add_error(None, _("This link no longer works. Ask for a new one."))
    return show_form(request, "accounts/open_link.html", form)


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Use the link up in place of a code by e-mail, then lead to linking a phone."""
    link = OneTimeLink.find(str(request.session.get(SET_UP_KEY, "")), "set-up")
    if link is None or link.user_id != authenticated_user(request).pk:
        messages.warning(request, _("This link no longer works. Ask for a new one."))
        return redirect("accounts:two_step")
    if request.method == "POST":
        with transaction.atomic():
            if link.consume():
                proofs.add(request, Proof.now(bindings.LINK, Strength.PASSWORD))
        return redirect("devices:link_phone")
    return render(request, "accounts/set_up.html")
