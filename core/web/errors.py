"""The error pages: friendly, and the same for wrong, expired, not yours and does not exist."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from core.database import is_not_now
from core.limits.counters import LimitReached
from core.web.http import page_of

RETRY = 5


def _page(request: HttpRequest, status: int, template: str = "", **context: Any) -> HttpResponse:
    name = template or f"{status}.html"
    return render(request, name, {"status": status, **context}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what no form of this site sends."""
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what this person may not do."""
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from this site, or from a page that is too old."""
    return _page(request, 403, "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what does not exist, or not for this person."""
    return _page(request, 404)


def too_many(request: HttpRequest, limit: LimitReached) -> HttpResponse:
    """Answer too many tries, with the seconds to wait in `Retry-After`."""
    return limit.mark(_page(request, 429, wait=limit.seconds))


WORDLESS = (404, 405)
"""What decorators and views refuse without a page; `core.web.middleware` gives it one."""


def in_words(request: HttpRequest, status: int) -> HttpResponse:
    """Answer what was refused without a word; 405 leads to the page that has the form."""
    return _page(request, status, action_url=page_of(request.path) if status == 405 else "/")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer our own mistake, without asking the session or the database for anything.

    A database that does not answer is not a mistake: 503, to be tried again after `RETRY` seconds.
    """
    if is_not_now(sys.exception()):
        body = render_to_string("503.html", {"status": 503})
        return HttpResponse(body, status=503, headers={"Retry-After": str(RETRY)})
    return HttpResponse(render_to_string("500.html", {"status": 500}), status=500)
