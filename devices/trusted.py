"""Trusted browsers: a random cookie in the browser, its digest in a row, and no second step there.

The digest is bound to the person's password and the site's key, so that a new password or key ends
all trust by itself, a restored backup included. Every session that trust opened hangs on its row.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import browsers, events
from accounts.agents import told_of
from accounts.models import User
from accounts.people import person, session_id
from accounts.proofs import Proof, Strength, proofs_in
from accounts.trust import METHOD
from accounts.ways import AlreadySpent, Match
from devices.models import Session, TrustedBrowser
from devices.models.trusted_browser import TrustedBrowserQuerySet
from devices.sessions import SessionStore
from portal.batches import delete_in_batches
from portal.http import Client, client_of

TOKEN_BYTES = 32
TOKEN_LENGTH = 43


@dataclass(frozen=True)
class TrustMatch:
    """A live row that belongs to the cookie of this browser."""

    row: TrustedBrowser

    def spend(self) -> Proof:
        """Note the use; raises `AlreadySpent` if the trust has ended meanwhile.

        Whoever ends it now waits for this sign-in, and finds its session.
        """
        live = TrustedBrowser.objects.live().filter(pk=self.row.pk)
        if not live.update(last_used_at=timezone.now()):
            raise AlreadySpent
        return Proof.now(METHOD, Strength.PASSWORD, self.row.factor)


class TrustedBrowsers:
    """Keeps trusted browsers in rows, as `accounts.trust.Keeper` asks."""

    def days_for(self, user: User) -> int:
        """Return `TRUSTED_BROWSER_DAYS`; staff prove a strong step each time."""
        is_staff = user.is_staff or user.is_superuser
        return 0 if is_staff else settings.TRUSTED_BROWSER_DAYS

    def find(self, request: HttpRequest, user: User) -> Match | None:
        """Return the live row that belongs to the cookie."""
        digest = digest_in(request, user) if self.days_for(user) else ""
        rows = user.trusted_browsers.live().filter(digest=digest)
        row = rows.first() if digest else None
        return TrustMatch(row) if row else None

    @transaction.atomic
    def begin(self, request: HttpRequest, proof: Proof, response: HttpResponse) -> bool:
        """Write the row, tell the person, and give the browser its cookie."""
        user, client = person(request), client_of(request)
        days = self.days_for(user)
        if not days or proof.strength < Strength.TWO_STEP or user.is_disputed:
            return False
        known, token = browsers.row_of(request.session, user), token_urlsafe(TOKEN_BYTES)
        _make_room(user, Q(browser=known) if known else Q(digest=digest_in(request, user)))
        now = timezone.now()
        row = TrustedBrowser.objects.create(
            user=user,
            browser=known,
            digest=digest_of(token, user),
            name=known.name if known else "",
            agent=client.agent,
            address=client.address,
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=days),
        )
        kind, session = "browser:trusted", session_id(request)
        about: dict[str, Any] = {**told_of(row.name, row.agent), "days": days}
        events.record(user, kind, client=client, session=session, **about)
        _set_cookie(response, user, token, timedelta(days=days))
        return True

    def covers(self, request: HttpRequest) -> bool:
        """Tell whether the session's row still hangs on that of a trusted browser."""
        session = request.session
        opened = isinstance(session, SessionStore) and session.trusted_id is not None
        return opened and self.days_for(person(request)) > 0


@transaction.atomic
def renew(user: User, here: int | None, response: HttpResponse) -> None:
    """Give the trusted browser whose row is `here` a new cookie: a copy of the old one is dead."""
    row = user.trusted_browsers.filter(pk=here).first() if here else None
    if row is None:
        return
    token = token_urlsafe(TOKEN_BYTES)
    TrustedBrowser.objects.filter(pk=row.pk).update(digest=digest_of(token, user))
    _set_cookie(response, user, token, row.expires_at - timezone.now())


def _set_cookie(response: HttpResponse, user: User, token: str, age: timedelta) -> None:
    response.set_cookie(
        cookie_name(user),
        token,
        max_age=age,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def cookie_name(user: User) -> str:
    """Name the cookie of one person: several can trust the same browser, each for themselves."""
    return f"{settings.TRUSTED_COOKIE_NAME}-{sha256(user.public_id.bytes).hexdigest()[:12]}"


def digest_of(token: str, user: User) -> str:
    """Return what the row keeps of a cookie's value."""
    return sha256(f"{token}\x1f{user.stamp('trusted')}".encode()).hexdigest()


def digest_in(request: HttpRequest, user: User) -> str:
    """Return the digest of this browser's cookie for this person; "" without one."""
    token = request.COOKIES.get(cookie_name(user), "")
    is_ours = len(token) == TOKEN_LENGTH and token.isascii()
    return digest_of(token, user) if is_ours else ""


def here(request: HttpRequest, user: User) -> int | None:
    """Return the key of the row that belongs to this browser, if the person trusts it."""
    digest = digest_in(request, user)
    rows = user.trusted_browsers.filter(digest=digest).values_list("pk", flat=True)
    return rows.first() if digest else None


def id_in(session: SessionStore) -> int | None:
    """Return which trusted browser the proofs of a sign-in name."""
    found = [proof.factor for proof in proofs_in(session) if proof.method == METHOD]
    return int(found[0].rpartition(":")[2]) if found else None


def _make_room(user: User, same: Q) -> None:
    """End what this browser had before, and the ones used longest ago beyond the cap."""
    _end(user.trusted_browsers.filter(same))
    most: int = settings.TRUSTED_BROWSERS_A_PERSON
    newest = user.trusted_browsers.order_by("-last_used_at", "-pk").values_list("pk", flat=True)
    _end(user.trusted_browsers.filter(pk__in=list(newest[most - 1 :])))


@transaction.atomic
def _end(rows: TrustedBrowserQuerySet, keep: str = "") -> int:
    """Delete rows and the sessions they opened; return how many browsers were trusted.

    Sessions come first, whoever asks. A sign-in that is using a row holds it: then this waits, and
    the cascade finds the session it wrote. The session with the public id `keep` has proved more.
    """
    pks = list(rows.values_list("pk", flat=True))
    if not pks:
        return 0
    opened = Session.objects.filter(trusted__in=pks)
    if keep:
        opened.filter(public_id=keep).update(trusted=None)
    opened.delete()
    held = TrustedBrowser.objects.select_for_update().filter(pk__in=pks)
    ended = len(held.values_list("pk"))
    TrustedBrowser.objects.filter(pk__in=pks).delete()
    return ended


def end_all_of(user: User, keep: str = "", spare: int | None = None) -> int:
    """End the person's trusted browsers but `spare`; return how many. The caller tells of it."""
    rows = user.trusted_browsers.all()
    return _end(rows.exclude(pk=spare) if spare else rows, keep)


def end_with(session: Session) -> int:
    """End the trust of the browser that this session is in, so that it does not come back."""
    same = Q(pk__in=[session.trusted_id])
    if session.browser_id:
        same |= Q(browser=session.browser_id)
    return _end(TrustedBrowser.objects.filter(same, user=session.user_id))


@transaction.atomic
def end(*, user: User, browser: TrustedBrowser, client: Client, session: str) -> bool:
    """Stop trusting one browser of the person; False if that had ended already."""
    user.take_turn()
    if not _end(user.trusted_browsers.filter(pk=browser.pk), session):
        return False
    about: dict[str, Any] = told_of(browser.name, browser.agent)
    events.record(user, "browser:untrusted", client=client, session=session, **about)
    return True


@transaction.atomic
def end_all(*, user: User, client: Client, session: str) -> int:
    """Stop trusting every browser of the person; return how many."""
    user.take_turn()
    ended = end_all_of(user, session)
    if ended:
        events.record(user, "browsers:untrusted", client=client, session=session, browsers=ended)
    return ended


def forget_over() -> int:
    """Delete rows whose time is over, and with them no session: those lasted shorter."""
    over = timezone.now() - settings.SESSION_AGE
    return delete_in_batches(TrustedBrowser.objects.filter(expires_at__lt=over))
