"""Trusted browsers: a cookie in the browser, its digest in a row, and no second step there.

The digest is bound to the person's password and the site's key, so that a new password or key ends
all trust by itself, a restored backup included. Every session that trust opened depends on its row.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin, origin_of
from accounts.activity.user_agents import told_of
from accounts.authentication import known_browsers
from accounts.authentication.browser_trust import METHOD
from accounts.authentication.methods import AlreadySpent
from accounts.authentication.proofs import Proof, Strength, proofs_in
from accounts.models import EventKind, User
from accounts.request_user import authenticated_user
from core.batches import delete_in_batches
from core.web.cookies import Cookie
from core.web.http import client_of
from devices.models import Session, TrustedBrowser
from devices.models.trusted_browser import TrustedBrowserQuerySet
from devices.sessions.engine import SessionStore
from devices.sessions.trust_cookies import (
    cookie_for,
    digest_of,
    family_of,
    new_value,
    next_value,
    value_in,
)

RENEWED_KEY = "trust_renewed"
UNDER_WAY = timedelta(seconds=60)  # for a sign-in that was sent before the answer to another


@dataclass(frozen=True)
class TrustMatch:
    """A live row, and the value of this browser's cookie that belongs to it."""

    row: TrustedBrowser
    value: str

    def consume(self) -> Proof:
        """Note the use; raises `AlreadySpent` if the trust has ended meanwhile.

        Anyone who ends it now waits for this sign-in, and finds its session.
        """
        user = self.row.user
        digest, after = digest_of(self.value, user), digest_of(next_value(self.value), user)
        rows, now = TrustedBrowser.objects.live().filter(pk=self.row.pk), timezone.now()
        seen = {"digest": digest, "next_digest": after, "renewed_at": now}
        if not rows.filter(next_digest=digest).update(**seen, last_used_at=now):
            used = rows.filter(digest=digest).update(next_digest=after, last_used_at=now)
            if not used:
                raise AlreadySpent
        return Proof.now(METHOD, Strength.PASSWORD, self.row.factor)

    def renew(self, request: HttpRequest) -> Cookie:
        """Return the browser's next value; the one it has counts until this one is seen."""
        request.session[RENEWED_KEY] = True
        age = self.row.expires_at - timezone.now()
        return cookie_for(self.row.user, next_value(self.value), age)


class TrustedBrowsers:
    """Keeps trusted browsers in rows, as `accounts.authentication.browser_trust.Keeper` asks."""

    def days_for(self, user: User) -> int:
        """Return `TRUSTED_BROWSER_DAYS`; staff prove a strong step each time."""
        return 0 if user.is_staff else settings.TRUSTED_BROWSER_DAYS

    def find(self, request: HttpRequest, user: User) -> TrustMatch | None:
        """Return the live row that belongs to the cookie; a value of before ends the trust."""
        value = value_in(request, user) if self.days_for(user) else ""
        if not value:
            return None
        live = user.trusted_browsers.live().select_related("user")
        if row := live.with_digest(digest_of(value, user)).first():
            return TrustMatch(row, value)
        if row := live.filter(family=family_of(value, user)).first():
            _end_copied(row, Origin(client_of(request)))
        return None

    @transaction.atomic
    def begin(self, request: HttpRequest, proof: Proof) -> Cookie | None:
        """Write the row and tell the person; return the browser's cookie, None if it may not."""
        user, client = authenticated_user(request), client_of(request)
        days = self.days_for(user)
        if not days or proof.strength < Strength.TWO_STEP or user.is_disputed:
            return None
        known, value = known_browsers.row_of(request.session, user), new_value()
        here = user.trusted_browsers.with_digest(digest_in(request, user))
        _make_room(user, user.trusted_browsers.filter(browser=known) if known else here)
        now = timezone.now()
        row = TrustedBrowser.objects.create(
            user=user,
            browser=known,
            digest=digest_of(value, user),
            family=family_of(value, user),
            name=known.name if known else "",
            agent=client.agent,
            address=client.address,
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=days),
        )
        about: Details = {**told_of(row.name, row.agent), "days": days}
        events.record(user, EventKind.BROWSER_TRUSTED, origin=origin_of(request), **about)
        return cookie_for(user, value, timedelta(days=days))

    def covers(self, request: HttpRequest) -> bool:
        """Tell whether the session's row still depends on that of a trusted browser."""
        session = request.session
        if not isinstance(session, SessionStore) or session.trusted_id is None:
            return False
        if RENEWED_KEY in session and not _shows_renewed(request, session.trusted_id):
            return False
        return self.days_for(authenticated_user(request)) > 0


def _shows_renewed(request: HttpRequest, pk: int) -> bool:
    """Tell whether the browser shows the value that its sign-in gave it; then no older one counts.

    Nothing is open before it does: who kept the older value and went on with the session alone
    would share the browser's values and never be found out.
    """
    digest = digest_in(request, authenticated_user(request))
    rows = TrustedBrowser.objects.filter(pk=pk)
    seen = {"digest": digest, "next_digest": None, "renewed_at": timezone.now()}
    is_shown = bool(digest) and (
        rows.filter(next_digest=digest).update(**seen) == 1
        or rows.filter(digest=digest, renewed_at__isnull=False).exists()
    )
    if is_shown:
        del request.session[RENEWED_KEY]
    return is_shown


def _end_copied(row: TrustedBrowser, origin: Origin) -> None:
    """End the trust of a browser that shows a value of before, and tell the owner.

    Right after the next value was seen it may be a sign-in that was under way in the same browser:
    then a second step is asked for and nothing else happens, so that a copy gains nothing by it.
    """
    since = timezone.now() - row.renewed_at if row.renewed_at else None
    if since is not None and timedelta(0) <= since < UNDER_WAY:
        return
    with transaction.atomic():
        user = row.user.lock_for_update()
        if _end(user.trusted_browsers.filter(pk=row.pk)):
            about: Details = told_of(row.name, row.agent)
            events.record(user, EventKind.BROWSER_COPIED, origin=origin, **about)


@transaction.atomic
def renew(user: User, here: int | None) -> Cookie | None:
    """Return a new cookie for the browser whose row is `here`: a copy of the old one is dead."""
    row = user.trusted_browsers.filter(pk=here).first() if here else None
    if row is None:
        return None
    value = new_value()
    changes = {"digest": digest_of(value, user), "family": family_of(value, user)}
    TrustedBrowser.objects.filter(pk=row.pk).update(**changes, next_digest=None)
    return cookie_for(user, value, row.expires_at - timezone.now())


def digest_in(request: HttpRequest, user: User) -> str:
    """Return the digest of this browser's cookie for this person; "" without one."""
    value = value_in(request, user)
    return digest_of(value, user) if value else ""


def here(request: HttpRequest, user: User) -> int | None:
    """Return the key of the row that belongs to this browser, if the person trusts it."""
    rows = user.trusted_browsers.with_digest(digest_in(request, user))
    return rows.values_list("pk", flat=True).first()


def id_in(session: SessionStore) -> int | None:
    """Return which trusted browser the proofs of a sign-in name."""
    found = [proof.factor for proof in proofs_in(session) if proof.method == METHOD]
    return int(found[0].rpartition(":")[2]) if found else None


def _make_room(user: User, same: TrustedBrowserQuerySet) -> None:
    """End what this browser had before, and the ones used longest ago beyond the cap."""
    _end(same)
    most: int = settings.TRUSTED_BROWSERS_A_PERSON
    newest = user.trusted_browsers.order_by("-last_used_at", "-pk").values_list("pk", flat=True)
    _end(user.trusted_browsers.filter(pk__in=list(newest[most - 1 :])))


@transaction.atomic
def _end(rows: TrustedBrowserQuerySet, except_session: str = "") -> int:
    """Delete rows and the sessions they opened; return how many browsers were trusted.

    Sessions come first, no matter who asks. A sign-in that is using a row holds it: then this
    waits, and the cascade finds the session it wrote. The session with the public id
    `except_session` has proved more.
    """
    pks = list(rows.values_list("pk", flat=True))
    if not pks:
        return 0
    opened = Session.objects.filter(trusted__in=pks)
    if except_session:
        opened.filter(public_id=except_session).update(trusted=None)
    opened.delete()
    held = TrustedBrowser.objects.select_for_update().filter(pk__in=pks)
    ended = len(held.values_list("pk"))
    TrustedBrowser.objects.filter(pk__in=pks).delete()
    return ended


def end_all_of(user: User, except_session: str = "", spare: int | None = None) -> int:
    """End the person's trusted browsers but `spare`; return how many. The caller tells of it."""
    rows = user.trusted_browsers.all()
    return _end(rows.exclude(pk=spare) if spare else rows, except_session)


def end_with(session: Session) -> int:
    """End the trust of the browser that this session is in, so that it does not come back."""
    same = Q(pk__in=[session.trusted_id])
    if session.browser_id:
        same |= Q(browser=session.browser_id)
    return _end(TrustedBrowser.objects.filter(same, user=session.user_id))


@transaction.atomic
def end(*, user: User, browser: TrustedBrowser, origin: Origin) -> bool:
    """Stop trusting one browser of the person; False if that had ended already."""
    user.lock_for_update()
    if not _end(user.trusted_browsers.filter(pk=browser.pk), origin.session):
        return False
    about: Details = told_of(browser.name, browser.agent)
    events.record(user, EventKind.BROWSER_UNTRUSTED, origin=origin, **about)
    return True


@transaction.atomic
def end_all(*, user: User, origin: Origin) -> int:
    """Stop trusting every browser of the person; return how many."""
    user.lock_for_update()
    ended = end_all_of(user, origin.session)
    if ended:
        kind = EventKind.BROWSERS_UNTRUSTED
        events.record(user, kind, origin=origin, browsers=ended)
    return ended


def delete_expired() -> int:
    """Delete rows whose time has passed, and with them no session: those lasted shorter."""
    over = timezone.now() - settings.SESSION_AGE
    return delete_in_batches(TrustedBrowser.objects.filter(expires_at__lt=over))
