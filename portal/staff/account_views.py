"""Staff pages that show one account: everything that protects it, and what happened to it.

`portal.staff.site` guards every view here.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import staff
from accounts.models import User
from accounts.preferences import languages
from accounts.request_user import authenticated_user
from core.web import paging
from core.web.http import background_request
from devices.sessions.handshake import seconds_left
from portal.staff.account_summary import (
    BROWSERS_SHOWN,
    EVENTS_A_PAGE,
    accounts,
    page_of,
    page_of_events,
    sessions_of,
)
from portal.staff.act_pages import subject


@require_safe
def account(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one account on one page, without a secret."""
    user = get_object_or_404(accounts(), public_id=public_id)
    context = page_of(user)
    actor = authenticated_user(request)
    context["why_not"], context["may"] = staff.why_not(actor, user), staff.acts_on(actor, user)
    return _seen(request, user, render(request, "admin/account.html", context))


def _seen(request: HttpRequest, user: User, response: HttpResponse) -> HttpResponse:
    """Note the look, after the page was made: it shows what happened before."""
    staff.note_look(actor=authenticated_user(request), user=user)
    return response


@require_safe
def activity(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """List what happened to the account, newest first."""
    user = subject(public_id)
    number = paging.number_in(request)
    events, has_next = page_of_events(user, number, EVENTS_A_PAGE)
    context = {"subject": user, "events": events, "number": number, "has_next": has_next}
    return _seen(request, user, render(request, "admin/activity.html", context))


@require_safe
@background_request  # it loads itself again with every change, which is no sign of a person
def handshake(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the words of each browser in which the person is signed in, to compare by telephone."""
    user = subject(public_id)
    rows = sessions_of(user)
    context = {
        "subject": user,
        "sessions": rows[:BROWSERS_SHOWN],
        "has_more_sessions": len(rows) > BROWSERS_SHOWN,
        "spoken": languages.of_messages(user),
    }
    response = render(request, "admin/handshake.html", context)
    response["Refresh"] = str(seconds_left())
    return _seen(request, user, response)
