"""Knowing a browser again: a random cookie here, its digest in the rows of each person."""

import secrets
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.failures import STRANGER, known_browser
from accounts.identity import email_key
from accounts.models import KnownBrowser, User

TOKEN_BYTES = 16
TOKEN_LENGTH = 22


def _token(request: HttpRequest) -> str:
    token = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return token if len(token) == TOKEN_LENGTH and token.isascii() else ""


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _row(request: HttpRequest, user: User) -> KnownBrowser | None:
    token = _token(request)
    rows = KnownBrowser.objects.filter(user=user, digest=_digest(token))
    return rows.first() if token else None


def password_budget_of(request: HttpRequest, address: str) -> str:
    """Name the budget of password failures: each browser that signed in before has its own.

    So strangers who try passwords never keep the owner out of a known browser.
    """
    token, since = _token(request), timezone.now() - settings.KNOWN_BROWSER_AGE
    if not token:
        return STRANGER
    rows = KnownBrowser.objects.filter(
        user__email_key=email_key(address), digest=_digest(token), last_seen_at__gt=since
    )
    return known_browser(_digest(token)) if rows.exists() else STRANGER


def last_step(request: HttpRequest, user: User) -> str:
    """Return the step this browser used last for this person, or ""."""
    row = _row(request, user)
    return row.last_step if row else ""


def mark(request: HttpRequest, user: User, method: str) -> tuple[str, bool]:
    """Note the sign-in; return the cookie, and whether the person came from elsewhere before.

    A mark lowers no requirement, it only spares people waits and clicks. A recovery code is not
    what a browser should begin with the next time.
    """
    token = _token(request) or secrets.token_urlsafe(TOKEN_BYTES)
    values: dict[str, Any] = {"last_seen_at": timezone.now()}
    if method not in ("password", "recovery-code"):
        values["last_step"] = method
    rows = KnownBrowser.objects.filter(user=user)
    if rows.filter(digest=_digest(token)).update(**values):
        return token, False
    is_elsewhere = rows.exists()
    KnownBrowser.objects.create(user=user, digest=_digest(token), **values)
    return token, is_elsewhere


def keep(response: HttpResponse, token: str) -> None:
    """Give the browser its mark."""
    response.set_cookie(
        settings.BROWSER_COOKIE_NAME,
        token,
        max_age=settings.KNOWN_BROWSER_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_old() -> None:
    """Delete marks not seen for `KNOWN_BROWSER_AGE`."""
    limit = timezone.now() - settings.KNOWN_BROWSER_AGE
    KnownBrowser.objects.filter(last_seen_at__lt=limit).delete()
