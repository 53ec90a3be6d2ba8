"""SMS_URL, read: `console:`, `memory:`, `https+json://…`, `http+json://…`, `twilio://…`."""

import base64
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from core.outbox.sms.gateways import (
    ConsoleGateway,
    Gateway,
    JsonGateway,
    MemoryGateway,
    TwilioGateway,
)
from core.outbox.sms.http import Endpoint


def gateway_from_url(url: str, *, sender: str = "") -> Gateway:
    """Make the gateway that the URL names; raises ValueError, without the URL's secrets, if none.

    `from=` in the query is the sender; without it `sender` is. Plain HTTP is for this machine only.
    """
    if url == "console:":
        return ConsoleGateway()
    if url == "memory:":
        return MemoryGateway()
    parts = _split(url)
    if parts.scheme in ("https+json", "http+json"):
        return _json(parts, sender)
    if parts.scheme == "twilio":
        return _twilio(parts, sender)
    raise ValueError("SMS_URL names no gateway that is known here")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # reading it is what checks it
    except ValueError:
        raise ValueError("SMS_URL cannot be read") from None
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("SMS_URL has characters that must be percent-encoded")
    return parts


def _json(parts: SplitResult, sender: str) -> Gateway:
    query = _query(parts)
    sender = query.pop("from", sender)
    path = parts.path or "/"
    if query:
        path += "?" + urlencode(query)
    endpoint = _endpoint(parts, parts.scheme.removesuffix("+json"), path)
    return JsonGateway(endpoint, sender, _authorization(parts))


def _twilio(parts: SplitResult, sender: str) -> Gateway:
    query = _query(parts)
    account, sender = unquote(parts.username or ""), query.get("from", sender)
    if not (account and parts.password and sender):
        raise ValueError("SMS_URL for Twilio reads twilio://SID:TOKEN@host/?from=+15550100")
    scheme = query.get("scheme", "https")
    if parts.path not in ("", "/") or scheme not in ("http", "https"):
        raise ValueError("SMS_URL for Twilio has no path, and its scheme is https")
    endpoint = _endpoint(parts, scheme, TwilioGateway.path(account))
    return TwilioGateway(endpoint, sender, _authorization(parts))


def _query(parts: SplitResult) -> dict[str, str]:
    """Read the query as a person writes it: the plus of a number is a plus, not a space."""
    return dict(parse_qsl(parts.query.replace("+", "%2B"), keep_blank_values=True))


def _endpoint(parts: SplitResult, scheme: str, path: str) -> Endpoint:
    host = parts.hostname
    if not host:
        raise ValueError("SMS_URL has no host")
    if scheme == "http" and not _is_this_machine(host):
        raise ValueError("SMS_URL without TLS may name this machine only")
    return Endpoint(scheme, host, parts.port, path)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _authorization(parts: SplitResult) -> str:
    """`user:token@` is Basic (RFC 7617); `token@` alone is Bearer (RFC 6750)."""
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and parts.password is not None:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    token = user or password
    if not token.isascii() or not token.isprintable():
        raise ValueError("SMS_URL has a token that cannot stand in a header")
    return f"Bearer {token}" if token else ""
