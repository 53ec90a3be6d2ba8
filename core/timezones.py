"""In which time zone times are told: that of the browser, which a module of every page names."""

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest

LONGEST = 64
"""More than any name of the time zone database has."""


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Every name there is: what a browser sends never becomes a path before it is one of them."""
    return frozenset(name for name in available_timezones() if len(name) <= LONGEST)


def zone_of(name: str) -> ZoneInfo | None:
    """Return the zone of this name, or nothing if there is none."""
    return ZoneInfo(name) if name in _names() else None


def asked_for(request: HttpRequest) -> ZoneInfo | None:
    """Return the zone that this browser says it is in."""
    return zone_of(request.COOKIES.get(settings.ZONE_COOKIE_NAME, ""))
