"""Signing out browsers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.people import person, session_id
from accounts.proofs import Strength, needs
from devices import browsers
from devices.models import Session
from devices.views.index import browser_card
from portal.http import client_of


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Strength.RECOVERED)
def end_session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sign out one browser, this one included."""
    user, current = person(request), session_id(request)
    row = get_object_or_404(Session.objects.of(user).alive(), public_id=public_id)
    card = browser_card(row, current)
    if request.method != "POST":
        context = {"place": "devices", "session": card}
        return render(request, "devices/end_session.html", context)
    browsers.end(user=user, browser=row, client=client_of(request), session=current)
    if card.is_current:
        request.session.flush()
        return redirect("accounts:sign_in")
    messages.success(request, _("%(browser)s is signed out.") % {"browser": row.name})
    return redirect("devices:index")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Strength.RECOVERED)
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out every browser but this one."""
    user, current = person(request), session_id(request)
    if request.method != "POST":
        count = Session.objects.of(user).alive().exclude(public_id=current).count()
        context = {"place": "devices", "count": count}
        return render(request, "devices/end_other_sessions.html", context)
    ended = browsers.end_others(user=user, client=client_of(request), session=current)
    done = ngettext(
        "%(count)d other browser is signed out.", "%(count)d other browsers are signed out.", ended
    )
    messages.success(request, done % {"count": ended})
    return redirect("devices:index")
