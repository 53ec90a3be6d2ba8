"""Knowing a browser again: a random cookie here, its digest in the rows of each person."""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import step_of
from accounts.authentication.throttling import STRANGER, known_browser
from accounts.contacts.normalization import email_key
from accounts.models import KnownBrowser, User
from core.batches import delete_in_batches
from core.web.cookies import Cookie

TOKEN_BYTES = 16
TOKEN_LENGTH = 22
OFFER_KEY = "offers_passkey"
ROW_KEY = "browser"
OPENED_KEY = "tries_opened"


def _token(request: HttpRequest) -> str:
    token = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return token if len(token) == TOKEN_LENGTH and token.isascii() else ""


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _row(request: HttpRequest, user: User) -> KnownBrowser | None:
    token = _token(request)
    rows = KnownBrowser.objects.filter(user=user, digest=_digest(token))
    return rows.first() if token else None


def is_known(request: HttpRequest, user: User) -> bool:
    """Tell whether this person has signed in here before."""
    return _row(request, user) is not None


def open_tries(request: HttpRequest, user: User, budget: str) -> None:
    """Give this browser a budget of its own for a while: it showed what only the mailbox gets."""
    until = (timezone.now() + settings.PASSWORD_RESET_AGE).timestamp()
    opened = {"key": user.email_key, "budget": budget, "until": until}
    request.session[OPENED_KEY] = opened


def _opened(request: HttpRequest, address: str) -> str:
    opened = request.session.get(OPENED_KEY)
    if not isinstance(opened, dict) or opened["until"] < timezone.now().timestamp():
        return ""
    return str(opened["budget"]) if opened["key"] == email_key(address) else ""


def password_budget_of(request: HttpRequest, address: str) -> str:
    """Name the budget of password failures: each browser that signed in before has its own.

    So strangers who try passwords never keep the owner out of a known browser, nor out of one that
    a link to the mailbox was opened in.
    """
    if opened := _opened(request, address):
        return known_browser(opened)
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


@dataclass(frozen=True)
class Mark:
    """What noting a sign-in has found: the cookie, and what to say."""

    token: str
    is_elsewhere: bool
    """Whether the person came from other browsers before, and never from this one."""
    offers_passkey: bool


def mark(request: HttpRequest, user: User, proof: Proof) -> Mark:
    """Note the sign-in that ended with this proof.

    A mark lowers no requirement, it only spares people waits and clicks. A recovery code is not
    what a browser should begin with the next time. After a code that counts fully a passkey is
    offered, once for each person and browser.
    """
    token, row = _token(request) or secrets.token_urlsafe(TOKEN_BYTES), _row(request, user)
    values: dict[str, Any] = {"last_seen_at": timezone.now()}
    step = step_of(proof)
    if proof.strength > Strength.PASSWORD and not (step and step.is_kept_for_later):
        values["last_step"] = proof.method
    has_code = proof.strength >= Strength.TWO_STEP and (step is None or step.is_typed)
    offers = has_code and (row is None or row.passkey_offered_at is None)
    if offers:
        values["passkey_offered_at"] = values["last_seen_at"]
    if row:
        KnownBrowser.objects.filter(pk=row.pk).update(**values)
        request.session[ROW_KEY] = row.pk
        return Mark(token, is_elsewhere=False, offers_passkey=offers)
    is_elsewhere = KnownBrowser.objects.filter(user=user).exists()
    row = KnownBrowser.objects.create(user=user, digest=_digest(token), **values)
    request.session[ROW_KEY] = row.pk
    return Mark(token, is_elsewhere=is_elsewhere, offers_passkey=offers)


def row_of(session: SessionBase, user: User) -> KnownBrowser | None:
    """Return the browser that `mark` noted in this session."""
    pk = session.get(ROW_KEY)
    return KnownBrowser.objects.filter(user=user, pk=pk).first() if pk else None


def open_offer(request: HttpRequest) -> None:
    """Let the overview offer a passkey in this session."""
    request.session[OFFER_KEY] = True


def offers_passkey(request: HttpRequest) -> bool:
    """Tell whether the offer is still open in this session."""
    return request.session.get(OFFER_KEY) is True


def decline_passkey(request: HttpRequest) -> None:
    """Take the offer off the overview; the browser's row remembers that it was made."""
    request.session.pop(OFFER_KEY, None)


def cookie_of(mark: Mark) -> Cookie:
    """Return the cookie that gives the browser its mark."""
    return Cookie(settings.BROWSER_COOKIE_NAME, mark.token, settings.KNOWN_BROWSER_AGE)


def delete_expired() -> None:
    """Delete marks not seen for `KNOWN_BROWSER_AGE`."""
    limit = timezone.now() - settings.KNOWN_BROWSER_AGE
    delete_in_batches(KnownBrowser.objects.filter(last_seen_at__lt=limit))
