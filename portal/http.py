"""What the site believes about a request: who sent it, and where it may go next."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from typing import ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_permissions_policy import PermissionsPolicyMiddleware

AGENT_LENGTH = 300
NEXT_LENGTH = 500
P = ParamSpec("P")


@dataclass(frozen=True)
class Client:
    """The other end of a request: network address and user agent, as shown to the person."""

    address: str
    agent: str

    @property
    def network(self) -> str:
        """The unit that limits count: an IPv4 address, or the /64 around an IPv6 address."""
        try:
            address = ip_address(self.address)
        except ValueError:
            return "unknown"
        if isinstance(address, IPv6Address):
            return str(IPv6Network((address, 64), strict=False))
        return str(address)


def client_of(request: HttpRequest) -> Client:
    """Name the client, looking through `TRUSTED_PROXIES` and no further."""
    agent = request.headers.get("User-Agent", "")[:AGENT_LENGTH]
    printable = "".join(character for character in agent if character.isprintable())
    return Client(address=_address(request), agent=printable)


def _address(request: HttpRequest) -> str:
    address = str(request.META.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    while hops and _is_trusted(address):
        hop = hops.pop()
        if not _is_address(hop):
            break
        address = hop
    return address if _is_address(address) else ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # the zone of an IPv6 address is any text at all


def _is_trusted(address: str) -> bool:
    if not _is_address(address):
        return False
    return any(ip_address(address) in ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)


def safe_next(request: HttpRequest, default: str = "") -> str:
    """Return the `next` of the request if it stays on this site, else the default's URL."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if is_local(wanted, request):
        return wanted
    return resolve_url(default) if default else ""


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


def polling(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a view that pages ask by themselves: such a request is no sign of a person."""

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = args[0]
        request.is_polling = True  # type: ignore[attr-defined] # the session middleware reads it
        return view(*args, **kwargs)

    return marked


def for_anyone(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Mark a view that never looks at the session: not even who is signed in is asked."""

    @wraps(view)
    def marked(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
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
