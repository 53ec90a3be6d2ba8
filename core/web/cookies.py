"""Cookies of the site: no script reads them, and behind TLS they go over nothing else."""

from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.http import HttpResponse

SameSite = Literal["Lax", "Strict"]


def set_cookie(
    response: HttpResponse,
    name: str,
    value: str,
    *,
    age: timedelta | int | None = None,
    samesite: SameSite = "Lax",
) -> None:
    """Give the browser a cookie for `age` (or seconds), or until it is closed (ASVS 5.0, 3.3)."""
    response.set_cookie(
        name,
        value,
        max_age=age,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite=samesite,
    )
