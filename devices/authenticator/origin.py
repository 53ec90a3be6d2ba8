"""Where the authenticator app is: at the portal's origin, or, by a setting, at one of its own.

At one of its own no script of the app shares storage, cookies or passkeys with the portal's pages.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import reverse


def own() -> str:
    """The origin that the app has to itself; empty where it is at the portal's."""
    return settings.AUTHENTICATOR_ORIGIN.rstrip("/")


def portal() -> str:
    """What the app puts before the paths of the portal's pages: nothing if they are beside it."""
    return settings.PORTAL_ORIGIN.rstrip("/") if own() else ""


def is_asked(request: HttpRequest) -> bool:
    """Tell whether this request is for the host of the app, and of nothing else."""
    host, _port = split_domain_port(request.get_host())
    return bool(own()) and host == urlsplit(own()).hostname


def into_app(place: str) -> str:
    """The address of a page of the app, for somebody who reads it in this browser."""
    return f"{own()}{reverse('devices:authenticator')}#{place}"


def into_app_elsewhere(place: str) -> str:
    """The same, whole, for a phone that scans it."""
    return into_app(place) if own() else f"{settings.PORTAL_ORIGIN.rstrip('/')}{into_app(place)}"
