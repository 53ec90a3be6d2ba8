"""Reading and keeping the session around a request."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import WARNING
from django.contrib.messages.storage import default_storage
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers

from core.i18n import gettext as _
from core.web.context_processors import brand
from core.web.cookies import Cookie
from devices.authenticator import origin
from devices.factors import relying_party
from devices.sessions import repeated_forms
from devices.sessions.engine import SessionEnded, SessionStore


class AppOrigin:
    """Serves the authenticator app, and nothing else, at the origin that it may have to itself."""

    PATHS = ("/authenticator/", "/api/authenticator/", "/brand/", "/healthz", "/readyz")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Keep portal and app to their hosts; without `AUTHENTICATOR_ORIGIN` there is one for both.

        The calls of phones are answered at the portal's host too: they carry no cookie, and a
        phone that was linked before the setting changed goes on saving its backup there.
        """
        if origin.is_asked(request):
            return self._app(request)
        is_page = request.method in ("GET", "HEAD") and request.path.startswith(self.PATHS[0])
        if origin.own() and is_page:
            return HttpResponseRedirect(f"{origin.own()}{request.get_full_path()}")
        return self.get_response(request)

    def _app(self, request: HttpRequest) -> HttpResponse:
        """Read no cookie and set none, so that no session can ever be there."""
        if request.path == "/" and request.method in ("GET", "HEAD"):
            return redirect("devices:authenticator")
        if not request.path.startswith(self.PATHS):
            return _elsewhere(request)
        request.COOKIES = {}
        response = self.get_response(request)
        response.cookies.clear()
        is_page = response.get("Content-Type", "").startswith("text/html")
        return _elsewhere(request) if response.status_code == 404 and is_page else response


class FormerOrigins:
    """Leads from the hosts of `PASSKEY_ORIGINS` to the portal's; browsers read one file there."""

    PATHS = ("/.well-known/webauthn", "/healthz", "/readyz")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take nothing that was sent there: a form of that host has cookies of that host."""
        host, _port = split_domain_port(request.get_host())
        if not relying_party.is_former(host) or request.path in self.PATHS:
            return self.get_response(request)
        is_page = request.method in ("GET", "HEAD")
        path = request.get_full_path() if is_page else "/"
        portal = relying_party.url_origin(settings.PORTAL_ORIGIN)
        return HttpResponseRedirect(f"{portal}{path}", status=302 if is_page else 303)


def _elsewhere(request: HttpRequest) -> HttpResponse:
    """Say where the portal is to anyone who looks for one of its pages here."""
    context = {**brand(), "status": 404, "action_url": origin.portal()}
    with translation.override(translation.get_language_from_request(request)):
        page = render_to_string("devices/authenticator/elsewhere.html", context)
    return HttpResponse(page, status=404)


class RepeatedForms:
    """Answers the second of two equal forms as the first one, which alone is done.

    Around `SessionMiddleware` and the CSRF check, whose cookies belong to the answer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Do the form, unless its twin was answered a moment ago or is being done now."""
        digest = repeated_forms.digest_of(request)
        if not digest:
            return self.get_response(request)
        if answer := repeated_forms.wait_for_twin(request, digest):
            return answer
        is_kept = False
        try:
            response = self.get_response(request)
            is_kept = repeated_forms.keep_answer(request, digest, response)
        finally:
            if not is_kept:
                repeated_forms.release(digest)
        return response


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's, but a cookie is set only when its value is new, and an ended session is told.

    A request marked `is_polling`, or whose response is, does not count as activity.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep what changed, note that the person is here, set or delete the cookie."""
        session = getattr(request, "session", None)
        if not isinstance(session, SessionStore):
            return response
        session.is_polling = any(getattr(each, "is_polling", False) for each in (request, response))
        self._keep(session, response)
        if session.is_ended:
            response = _signed_out(request, session)
        _set_cookie(request, response)
        if session.accessed:
            patch_vary_headers(response, ("Cookie",))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a request whose session ended half-way; `process_response` says where to go."""
        return redirect("accounts:sign_in") if isinstance(exception, SessionEnded) else None

    @staticmethod
    def _keep(session: SessionStore, response: HttpResponse) -> None:
        if session.is_ended or not session.accessed:
            return
        if session.modified and not session.is_empty() and response.status_code < 500:
            try:
                session.save()
            except UpdateError:
                return
        else:
            session.touch()


def _signed_out(request: HttpRequest, ended: SessionStore) -> HttpResponse:
    """Lead to the sign-in page with a sentence; nothing of the ended session goes on."""
    if ended.has_moved():  # a parallel request raised the level: its cookie is the right one
        ended.has_new_cookie = False
        return redirect(settings.LOGIN_REDIRECT_URL)
    request.session = SessionStore()
    is_page = request.method in ("GET", "HEAD")
    response = (
        redirect_to_login(request.get_full_path()) if is_page else redirect("accounts:sign_in")
    )
    messages = default_storage(request)
    messages.add(WARNING, _("You were signed out. Sign in again to continue."))
    messages.update(response)
    request.session.save()
    return response


def _set_cookie(request: HttpRequest, response: HttpResponse) -> None:
    session, name = request.session, settings.SESSION_COOKIE_NAME
    if not isinstance(session, SessionStore):
        return
    if session.is_empty():
        if name in request.COOKIES:
            response.delete_cookie(name, samesite="Lax")
            patch_vary_headers(response, ("Cookie",))
    elif session.has_new_cookie and _is_kept(session, response):
        Cookie(name, session.session_key or "").set_on(response)
        patch_vary_headers(response, ("Cookie",))


def _is_kept(session: SessionStore, response: HttpResponse) -> bool:
    """Tell whether the new row is there: an error may have rolled it back."""
    return response.status_code < 400 or session.exists(session.session_key or "")
