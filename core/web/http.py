"""What the site believes about a request: who sent it, and where it may go next."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from ipaddress import IPv6Address, IPv6Network
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_permissions_policy import PermissionsPolicyMiddleware

from core.web.proxies import address_of, read_address

AGENT_LENGTH = 300
NEXT_LENGTH = 500
P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


@dataclass(frozen=True)
class RequestOrigin:
    """The other end of a request: network address and user agent, as shown to the person."""

    address: str
    agent: str

    @property
    def network(self) -> str:
        """The unit that limits count: an IPv4 address, or the /64 around an IPv6 address."""
        address = read_address(self.address)
        if address is None:
            return "unknown"
        if isinstance(address, IPv6Address):
            return str(IPv6Network((address, 64), strict=False))
        return str(address)


def client_of(request: HttpRequest) -> RequestOrigin:
    """Name the client, looking through `TRUSTED_PROXIES` and no further."""
    agent = request.headers.get("User-Agent", "")[:AGENT_LENGTH]
    printable = "".join(character for character in agent if character.isprintable())
    return RequestOrigin(address=address_of(request), agent=printable)


def safe_next(request: HttpRequest, default: str = "") -> str:
    """Return the `next` of the request if it stays on this site, else the default's URL."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if is_local(wanted, request):
        return page_of(wanted)
    return resolve_url(default) if default else ""


def page_of(url: str) -> str:
    """Return the URL itself if it can be opened, else the page with the form that is sent there."""
    try:
        found = resolve(url.partition("?")[0])
    except Resolver404:
        return url
    page = getattr(found.func, "form_page", "")
    return resolve_url(page) if page else url


def require_post(page: str) -> Callable[[Callable[P, HttpResponse]], Callable[P, HttpResponse]]:
    """Refuse everything but a POST; `page` names where the form stands, for who is led here."""

    def decorator(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
        guarded: Callable[P, HttpResponse] = require_http_methods(["POST"])(view)
        vars(guarded)["form_page"] = page
        return guarded

    return decorator


def is_local(url: str, request: HttpRequest) -> bool:
    """Tell whether the URL is a path on this site, short and free of control characters."""
    return (
        0 < len(url) <= NEXT_LENGTH
        and url.startswith("/")
        and url.isprintable()
        and url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
    )


def background_request(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a view that pages ask by themselves: such a request is no sign of a person."""

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        request.is_polling = True  # type: ignore[attr-defined] # the session middleware reads it
        return view(*args, **kwargs)

    return marked


def sessionless(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that never looks at the session: not even who is signed in is asked."""

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> R:
        return view(*args, **kwargs)

    vars(marked).update(is_for_anyone=True, login_required=False)
    return marked


def opens_camera(response: HttpResponse) -> HttpResponse:
    """Let the page of this response ask for the camera, which every other page may not."""
    opened: dict[str, str | list[str] | tuple[str]] = {
        **settings.PERMISSIONS_POLICY,
        "camera": ["self"],
    }
    header = PermissionsPolicyMiddleware.compute_header_value(opened, name="PERMISSIONS_POLICY")
    vars(response).update(permissions_policy=header)
    return response
