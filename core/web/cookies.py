"""Cookies of the site: no script reads them, and behind TLS they go over nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.http import HttpResponse

SameSite = Literal["Lax", "Strict"]


@dataclass(frozen=True)
class Cookie:
    """What a browser is given for `age` (or seconds), or until it is closed (ASVS 5.0, 3.3)."""

    name: str
    value: str
    age: timedelta | int | None = None
    samesite: SameSite = "Lax"

    def set_on(self, response: HttpResponse) -> None:
        """Let this answer bring it."""
        response.set_cookie(
            self.name,
            self.value,
            max_age=self.age,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite=self.samesite,
        )
