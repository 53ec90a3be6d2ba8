"""Pages of a developer's desk: every message that was handed over, readable in the browser.

They exist with DEBUG only; without it their address answers 404.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.outbox.email import dev_copies

A_PAGE = 20

HTML_PART_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A mail is shown as a mail program would: with its own style, without script and network."""


@login_not_required
@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List the mirrored messages, newest first, and the demo people's present codes.

    `?html=<name>` shows the HTML part of one of them.
    """
    if not settings.DEBUG:
        raise Http404
    messages = dev_copies.read()
    if "html" in request.GET:
        return _html_part(messages, request.GET["html"])
    page = Paginator(messages, A_PAGE).get_page(request.GET.get("page"))
    for message in page:
        message["at"] = parse_datetime(message["handed_over_at"])
    return render(request, "portal/outbox.html", {"page": page, "codes": _codes()})


def _html_part(messages: list[dict[str, Any]], name: str) -> HttpResponse:
    html = next((message["html"] for message in messages if message["name"] == name), None)
    if not html:
        raise Http404
    return HttpResponse(html, headers={"Content-Security-Policy": HTML_PART_POLICY})


def _codes() -> list[tuple[str, str, int]]:
    """(label, code, seconds left) of each demo authenticator, from DEVELOPMENT_CODES."""
    path = settings.DEVELOPMENT_CODES
    return list(import_string(path)()) if path else []
