"""The page behind "This was not me" in a notice."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import bindings, events, take_back
from portal.http import client_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the button will do; looking changes nothing and writes no session."""
    reported = take_back.find(token)
    if reported is None:
        answer = render(request, "accounts/not_me_refused.html", status=400)
    elif request.method == "POST":
        if take_back.report(reported, client=client_of(request)):
            take_back.send_link(reported)
        answer = render(request, "accounts/not_me_done.html", {"address": reported.address})
    else:
        changes = [bindings.kind_in_words(row.kind) for row in reported.changes]
        about = {"changes": changes, "title": events.title_of(reported.event)}
        answer = render(request, "accounts/not_me.html", about)
    # The policy stays same-origin: under no-referrer a browser sends its POST with `Origin: null`.
    return answer
