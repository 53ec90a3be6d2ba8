"""The words that prove to a person who is calling, and to the help desk who is called."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.preferences import languages
from accounts.request_user import authenticated_user, session_id
from core.web.http import background_request
from devices.sessions.handshake import handshake, seconds_left


@trusted_browser_allowed
@require_safe
@background_request  # it loads itself again with every change, which is no sign of a person
def help_desk(request: HttpRequest) -> HttpResponse:
    """Show the words of this session."""
    language = languages.of_messages(authenticated_user(request))
    shared = handshake(session_id(request), language)
    context = {"handshake": shared, "spoken": language}
    response = render(request, "devices/help_desk.html", context)
    response["Refresh"] = str(seconds_left())
    return response
