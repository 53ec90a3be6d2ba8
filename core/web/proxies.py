"""Who sent a request, as far as the proxies in front of the site can be believed."""

import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from django.conf import settings
from django.http import HttpRequest

logger = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

SOCKET = "unix"
"""What `TRUSTED_PROXIES` calls the proxy that comes through a Unix socket."""

LONGEST = 64
LONGEST_CHAIN = 32
MAPPED_BITS = 96
IN_BRACKETS = re.compile(r"\[(?P<address>[^][]*)\](?::\d{1,5})?")
WITH_PORT = re.compile(r"(?P<address>\d+\.\d+\.\d+\.\d+):\d{1,5}")
NAMELESS = re.compile(r"unknown|unix:?.*|_[\w.-]*", re.ASCII | re.IGNORECASE)
"""What proxies write for a peer without an address (RFC 7239, 6.2 and 6.3; nginx's `unix:`)."""


class WrongProxy(ValueError):
    """An entry of `TRUSTED_PROXIES` that names no proxy."""


def read_address(text: str) -> Address | None:
    """Read an address in any form that servers and proxies write it in; None if it is none.

    Ports, brackets, quotes and zones are left out; IPv4 mapped into IPv6 is IPv4.
    """
    bare = text.strip().strip("\"'").strip()
    if len(bare) > LONGEST:
        bare = bare.partition("%")[0][:LONGEST]  # a zone is any text at all
    found = IN_BRACKETS.fullmatch(bare) or WITH_PORT.fullmatch(bare)
    try:
        address = ip_address((found["address"] if found else bare).partition("%")[0])
    except ValueError:
        return None
    return unmapped(address)


def unmapped(address: Address) -> Address:
    """Return the IPv4 address that a dual-stack socket shows as `::ffff:203.0.113.9`."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def read_network(entry: str) -> Network:
    """Read one entry of `TRUSTED_PROXIES`; raises `WrongProxy` naming what would be right."""
    try:
        network = ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        message = (
            f"TRUSTED_PROXIES: “{entry}” is no address, no network such as 10.0.0.0/8, and not unix"
        )
        raise WrongProxy(message) from None
    if isinstance(network, IPv6Network) and network.prefixlen >= MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        return IPv4Network((mapped, network.prefixlen - MAPPED_BITS)) if mapped else network
    return network


@lru_cache(maxsize=8)
def _networks(entries: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(read_network(entry) for entry in entries if entry.lower() != SOCKET)


def _trusts_socket() -> bool:
    return any(entry.lower() == SOCKET for entry in settings.TRUSTED_PROXIES)


def _is_proxy(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


def is_from_proxy(request: HttpRequest) -> bool:
    """Tell whether the other end of the connection is a proxy whose headers are believed."""
    peer = read_address(str(request.META.get("REMOTE_ADDR", "")))
    return _is_proxy(peer) if peer else _is_socket(request) and _trusts_socket()


def _is_socket(request: HttpRequest) -> bool:
    peer = str(request.META.get("REMOTE_ADDR", "")).strip()
    return not peer or NAMELESS.fullmatch(peer) is not None


def address_of(request: HttpRequest) -> str:
    """Return the nearest address that is no trusted proxy; "" if none could be read.

    What stands further left in `X-Forwarded-For` is only the visitor's claim. A trusted proxy that
    knows no address of its peer (a Unix socket, `unknown`) vouches for what it was sent.
    """
    nearest = read_address(str(request.META.get("REMOTE_ADDR", "")))
    if is_from_proxy(request):
        for hop in _hops(request):
            if (address := read_address(hop)) is None:
                if NAMELESS.fullmatch(hop):
                    continue
                break
            nearest = address
            if not _is_proxy(address):
                return str(address)
        _tell_once()
    elif "X-Forwarded-For" in request.headers and settings.PORTAL_ORIGIN.startswith("https"):
        _tell_of_unnamed(str(request.META.get("REMOTE_ADDR", ""))[:LONGEST])
    return str(nearest) if nearest else ""


_unnamed: list[str] = []


def _tell_of_unnamed(peer: str) -> None:
    """Log once a process that this peer may be a proxy: all behind it share one limit then."""
    if _unnamed:
        return
    _unnamed.append(peer)
    logger.warning(
        "X-Forwarded-For came from %s and was not believed: if that is your proxy, name it in "
        "TRUSTED_PROXIES; until then limits count everybody behind it as one",
        peer or "a Unix socket",
    )


def _hops(request: HttpRequest) -> Iterator[str]:
    forwarded = request.headers.get("X-Forwarded-For", "")
    for hop in reversed(forwarded.rsplit(",", LONGEST_CHAIN)[-LONGEST_CHAIN:]):
        yield hop.strip().strip("\"'")


@lru_cache(maxsize=1)
def _tell_once() -> None:
    """Log that a proxy named nobody, once a process: everybody behind it shares one limit then."""
    logger.warning(
        "a trusted proxy sent no address of a visitor in X-Forwarded-For that could be read: "
        "limits count everybody behind it as one"
    )
