"""What happened to the account."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.activity.timeline import lines
from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.request_user import authenticated_user, session_id

EVENTS_A_PAGE = 30


@trusted_browser_allowed
@require_GET
def activity(request: HttpRequest) -> HttpResponse:
    """List the person's events, newest first."""
    rows = authenticated_user(request).events.order_by("-at", "-id")
    page = Paginator(rows, EVENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "events": lines(page.object_list, session_id(request))}
    return render(request, "accounts/activity.html", context)
