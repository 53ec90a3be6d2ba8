"""Addresses in messages, all on the configured origin."""

from django.conf import settings
from django.urls import reverse


def url_of(name: str, *args: str) -> str:
    """Return an address on the configured origin, the only one that messages link to."""
    return settings.PORTAL_ORIGIN.rstrip("/") + reverse(name, args=args)


def link_to(name: str, token: str) -> str:
    """Return a link whose token stands in the fragment: no server, proxy or log is ever sent it."""
    return f"{url_of(name)}#{token}"
