"""The session engine: random cookies, rows that know their person, and no way back once ended.

ASVS 5.0 7.2 and 7.4: the cookie is a reference of 192 random bits, its row is keyed by SHA-256,
limits are judged on the server with every request, and an ended session is dead at once.
"""

import uuid
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.utils import timezone

from accounts.authentication.proofs import Proof, Strength, proofs_in, store_proofs
from accounts.models import KnownBrowser, User
from core.batches import delete_in_batches
from core.geoip import place_of
from core.web.http import RequestOrigin
from devices.models import Session

COOKIE_BYTES = 24
COOKIE_LENGTHS = range(8, 129)


class SessionEnded(UpdateError, SessionInterrupted):
    """The row of the running session is gone, or has moved to another cookie."""


def key_of(cookie: str) -> str:
    """Return the key of the row that belongs to a cookie value."""
    return sha256(cookie.encode(errors="replace")).hexdigest()


class SessionStore(SessionBase):
    """One browser's session during one request.

    `save()` and `cycle_key()` only ever change a row that is there and raise `SessionEnded`
    otherwise; a row is made by a store that has none, under a cookie value drawn here.
    """

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._begin()
        self.is_ended = False
        self.is_polling = False

    def _begin(self) -> None:
        self._public_id = uuid.uuid4()
        self._last_seen_at: datetime | None = None
        self._trusted_id: int | None = None
        self.has_new_cookie = False

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and len(key or "") in COOKIE_LENGTHS

    @property
    def public_id(self) -> uuid.UUID:
        """The name of this session in pages and events; it outlives a new cookie."""
        self._data()
        return self._public_id

    @property
    def trusted_id(self) -> int | None:
        """The trusted browser whose word opened this session, as it was when the row was read."""
        self._data()
        return self._trusted_id

    def load(self) -> dict[str, Any]:
        """Read the row, in one query; nothing if it ended or a limit has passed."""
        row = Session.objects.alive_row(self._row_key)
        if row is None:
            self._session_key = None
            return {}
        self._public_id, self._last_seen_at = row.public_id, row.last_seen_at
        self._trusted_id = row.trusted_id
        return self.decode(row.session_data)

    def exists(self, session_key: str) -> bool:
        """Tell whether there is a row for this cookie value."""
        return Session.objects.filter(session_key=key_of(session_key)).exists()

    def create(self) -> None:
        """Make an empty row under a fresh cookie value."""
        self._session_cache: dict[str, Any] = {}
        self._begin()
        self._insert()

    def save(self, must_create: bool = False) -> None:
        """Write the data; raises `SessionEnded` if the row is gone."""
        self._data(no_load=must_create)
        if must_create or self.session_key is None:
            self._insert()
        else:
            self._update()

    def cycle_key(self) -> None:
        """Move the row to a fresh cookie value, data and public id with it."""
        self._data()
        if self.session_key is None:
            self._insert()
            return
        cookie = token_urlsafe(COOKIE_BYTES)
        self._update(session_key=key_of(cookie))
        self._session_key, self.has_new_cookie = cookie, True

    def sign_in(
        self,
        user: User,
        client: RequestOrigin,
        known: KnownBrowser | None = None,
        trusted_id: int | None = None,
    ) -> None:
        """Write at once who signed in, so that it is in the transaction that spends the code.

        A known browser keeps the name that the person gave it; what a trusted one opened ends with
        the trust.
        """
        now = timezone.now()
        self._data()
        if self.session_key is None:
            self._insert()
        self._update(
            user=user,
            address=client.address,
            place=place_of(client.address),
            agent=client.agent,
            browser=known,
            trusted=trusted_id,
            name=known.name if known else "",
            signed_in_at=now,
            last_seen_at=now,
            expire_date=now + settings.SESSION_AGE,
        )
        self._trusted_id = trusted_id

    def delete(self, session_key: str | None = None) -> None:
        """End the session of this cookie value, or the running one."""
        cookie = session_key or self.session_key
        if cookie:
            Session.objects.filter(session_key=key_of(cookie)).delete()

    def flush(self) -> None:
        """End the running session and begin an empty one, not yet kept."""
        super().flush()
        self._begin()

    def touch(self) -> None:
        """Note that the person is here, at most once in `SESSION_TOUCH`; polling does not count."""
        seen = self._seen()
        if seen and self.session_key:
            Session.objects.filter(session_key=self._row_key).update(**seen)

    def has_moved(self) -> bool:
        """Tell whether the row lives on under a newer cookie value of the same browser."""
        return Session.objects.filter(public_id=self._public_id).exists()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the rows that no limit lets in any more."""
        delete_expired()

    def _data(self, *, no_load: bool = False) -> dict[str, Any]:
        data: dict[str, Any] = self._get_session(no_load=no_load)  # type: ignore[attr-defined] # not in the stubs
        return data

    @property
    def _row_key(self) -> str:
        return key_of(self.session_key or "")

    def _insert(self) -> None:
        now, self._session_key = timezone.now(), token_urlsafe(COOKIE_BYTES)
        Session.objects.create(
            session_key=self._row_key,
            session_data=self.encode(self._data()),
            expire_date=now + settings.SESSION_AGE,
            public_id=self._public_id,
        )
        self._last_seen_at, self.has_new_cookie, self.modified = now, True, False

    def _update(self, **changes: Any) -> None:
        values = {"session_data": self.encode(self._data()), **self._seen(), **changes}
        if not Session.objects.filter(session_key=self._row_key).update(**values):
            self.is_ended = True
            raise SessionEnded("the session ended during the request")
        self._last_seen_at = values.get("last_seen_at", self._last_seen_at)
        self.modified = False

    def _seen(self) -> dict[str, datetime]:
        now, last = timezone.now(), self._last_seen_at
        is_due = last is not None and now - last >= settings.SESSION_TOUCH
        return {"last_seen_at": now} if is_due and not self.is_polling else {}


def end_sessions(user: User, except_session: str = "") -> int:
    """End the person's sessions but the one with this public id; return how many."""
    rows = Session.objects.of(user)
    if except_session:
        rows = rows.exclude(public_id=except_session)
    return rows.delete()[0]


def goes_on_without(session: SessionBase, factors: frozenset[str], wanted: Strength) -> bool:
    """Tell whether a session proves enough once these factors are gone."""
    proofs = proofs_in(session)
    left = _without(proofs, factors)
    return left == proofs or any(proof.strength >= wanted for proof in left)


def _without(proofs: list[Proof], factors: frozenset[str]) -> list[Proof]:
    return [proof for proof in proofs if proof.factor not in factors]


def strip_proofs(session: SessionBase, factors: frozenset[str], wanted: Strength) -> bool:
    """Forget what factors that are gone have proved; end the session if too little remains.

    Return whether the session goes on. It gets a new id, so that a parallel request cannot write
    the old proofs back. Call it in the transaction of the act: `SessionEnded` takes the act back if
    the session was ended, or proved more elsewhere, while the act waited for its turn.
    """
    goes_on = goes_on_without(session, factors, wanted)
    proofs = proofs_in(session)
    if goes_on and (left := _without(proofs, factors)) != proofs:
        store_proofs(session, left)
    session.cycle_key()
    if not goes_on:
        session.flush()
    return goes_on


def delete_expired() -> int:
    """Delete the sessions that no limit lets in any more; return how many."""
    return delete_in_batches(Session.objects.over())
