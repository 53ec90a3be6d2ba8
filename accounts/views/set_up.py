"""The one-time link with which a new administrator sets up the second step."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import proofs
from accounts.models import OneTimeLink
from accounts.people import person
from accounts.proofs import Proof, Strength
from portal.words import gettext as _

SET_UP_KEY = "set_up_link"


@login_not_required
@never_cache
@require_GET
def set_up_link(request: HttpRequest, token: str) -> HttpResponse:
    """Move the token from the address bar into the session; it is used after the password."""
    request.session[SET_UP_KEY] = token[:64]
    response = redirect("accounts:set_up")
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Use the link up in place of a code by e-mail, then lead to linking a phone."""
    link = OneTimeLink.find(str(request.session.get(SET_UP_KEY, "")), "set-up")
    if link is None or link.user_id != person(request).pk:
        messages.warning(request, _("This link does not work any more. Ask for a new one."))
        return redirect("accounts:two_step")
    if request.method == "POST":
        with transaction.atomic():
            if link.spend():
                proofs.add(request, Proof.now("link", Strength.PASSWORD))
        return redirect("devices:link_phone")
    return render(request, "accounts/set_up.html")
