"""What every response carries, what every request must be, and one family of error pages."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin

from core.limits.counters import LimitReached
from core.timezones import asked_for
from core.web import errors
from core.web.proxies import is_from_proxy

GetResponse = Callable[[HttpRequest], HttpResponse]

LONGEST_QUERY = 4096


class ProxyHeaders:
    """Believes what only a proxy may say, from a proxy only; before anything asks for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Drop a stranger's word that the connection was encrypted, and a port of their choice."""
        if "HTTP_X_FORWARDED_PROTO" in request.META and not is_from_proxy(request):
            del request.META["HTTP_X_FORWARDED_PROTO"]  # SECURE_PROXY_SSL_HEADER reads it
        host, _port = split_domain_port(request.META.get("HTTP_HOST", ""))
        for origin in map(urlsplit, (settings.PORTAL_ORIGIN, settings.AUTHENTICATOR_ORIGIN)):
            if host and host == origin.hostname:
                request.META["HTTP_HOST"] = origin.netloc  # redirects repeat it
        return self.get_response(request)


class ResponseHeaders:
    """Headers that no other middleware sets; outermost, so that files and errors have them too."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Keep personal pages out of every cache, and every response on this site."""
        response = self.get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cache-Control", "no-store")
        if opened := getattr(response, "permissions_policy", ""):  # core.web.http.opens_camera
            response["Permissions-Policy"] = opened
        if response.status_code < 400 and "max-age=0" in response["Cache-Control"]:
            response["Cache-Control"] = "no-store"
        return response


class HealthPages:
    """Answers those who ask whether the site lives, by whatever name they call it.

    They come by an address or the name of a container, which are no hosts of the site.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Ask the view at once: no session, no host, no language."""
        if request.path_info not in settings.HEALTH_PAGES:
            return self.get_response(request)
        response: HttpResponse = resolve(request.path_info).func(request)
        return response


class RequestLimits:
    """Refuses requests that no browser makes of these pages, before anything looks at them."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 400 to NUL bytes, over-long queries and over-long bodies, files included.

        Under `LONG_BODIES` the views judge the length of a body themselves.
        """
        query = request.META.get("QUERY_STRING", "")
        is_long = len(query) > LONGEST_QUERY or _is_body_long(request)
        if is_long or "\x00" in request.path or "%00" in query:
            with translation.override(translation.get_language_from_request(request)):
                return errors.bad_request(request, BadRequest())
        return self.get_response(request)


def _is_body_long(request: HttpRequest) -> bool:
    """Tell what Django’s own limit does not: that leaves files out, and none here is long."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False  # Django reads no body then
    most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return length > most and not request.path.startswith(settings.LONG_BODIES)


class ZoneOfBrowser:
    """Tells times in the zone of the browser; in that of the portal while it has named none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the zone back afterwards: the thread answers somebody else next."""
        with timezone.override(asked_for(request)):
            return self.get_response(request)


class FriendlyErrors(MiddlewareMixin):
    """Turns the exceptions of the tools, and refusals without a word, into pages."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Give an empty refusal its page, unless a script or a program asked.

        Refusals of Django's decorators are empty, such as 405 for the wrong method; browsers show
        them as a page of their own, which looks like a broken site.
        """
        if settings.DEBUG and isinstance(response, HttpResponseNotFound):
            return errors.not_found(request, Http404())  # instead of Django's list of URLs
        is_refusal = response.status_code in errors.WORDLESS
        is_said = response.streaming or not isinstance(response, HttpResponse) or response.content
        if not is_refusal or is_said or not request.accepts("text/html"):
            return response
        if request.path.startswith(settings.LONG_BODIES):
            return response
        page = errors.in_words(request, response.status_code)
        if "Allow" in response:
            page["Allow"] = response["Allow"]
        return page

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Answer 429 for a limit that no form caught."""
        if isinstance(exception, LimitReached):
            return errors.too_many(request, exception)
        return None
