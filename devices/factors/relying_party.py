"""Which relying party ids this site asks passkeys for, and the origins they may be asked from.

Browsers keep a passkey under the id of a relying party (WebAuthn Level 3, 5.1.2): here the host of
the origin. After a move to another host those made at the old one can be asked for as long as that
host says so under `/.well-known/webauthn` (related origin requests, 5.11).
"""

from urllib.parse import urlsplit

from django.conf import settings


def url_origin(url: str) -> str:
    """Return scheme and host, and the port if one is named."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def party() -> str:
    """Return the id under which browsers keep the passkeys that are made now."""
    return urlsplit(settings.PORTAL_ORIGIN).hostname or ""


def parties() -> list[str]:
    """Return every id whose passkeys work here: the present one first, then `PASSKEY_ORIGINS`."""
    others = (urlsplit(origin).hostname or "" for origin in settings.PASSKEY_ORIGINS)
    return list(dict.fromkeys([party(), *others]))


def is_former(host: str) -> bool:
    """Tell whether a request went to a host of `PASSKEY_ORIGINS` and not to the portal's."""
    return host != party() and host in parties()


def origins() -> list[str]:
    """Return the origins that may ask for this site's passkeys, as the well-known file lists."""
    listed = [settings.PORTAL_ORIGIN, *settings.PASSKEY_ORIGINS]
    return list(dict.fromkeys(url_origin(origin) for origin in listed))
