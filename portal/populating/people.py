"""What made-up people have, in the shares that an organisation of some years has.

Nobody can sign in as one of them: none has a password. Their addresses end in `.example` (RFC 2606)
and their numbers are not handed out, so that no message reaches anybody.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from accounts.models import (
    CaseState,
    EmailAddress,
    Enrolment,
    EventKind,
    Membership,
    Organisation,
    PhoneNumber,
    RecoveryCase,
    RecoveryContact,
    Role,
    SecurityEvent,
    User,
)
from core.outbox.models import Channel, Message, Status
from devices.factors.relying_party import party
from devices.models import Authenticator, Passkey, Phone, Session
from portal.populating.rows import Model, Writer, next_key

FOLDER = Path(__file__).parent
FIRST, LAST = (
    (FOLDER / f"{name}_names.txt").read_text("utf-8").split() for name in ("first", "last")
)
DOMAINS = ("staff.example", "students.example", "mail.example", "post.example", "letters.example")
PHONES = ("Pixel 8", "iPhone 15", "Galaxy S24", "Fairphone 5", "iPhone 12", "Nothing Phone 2")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
)
BROWSERS = ("Firefox on Linux", "Chrome on Windows", "Safari on iPhone")
EVENTS = (
    (EventKind.SIGN_IN_TWO_STEP, 60),
    (EventKind.SIGN_OUT_DONE, 15),
    (EventKind.SIGN_IN_NEW_BROWSER, 8),
    (EventKind.SIGN_IN_PASSWORD_FAILED, 8),
    (EventKind.PASSWORD_CHANGED, 4),
    (EventKind.SIGN_IN_RECOVERED, 3),
    (EventKind.RECOVERY_CODES_MADE, 2),
)
KINDS, WEIGHTS = zip(*EVENTS, strict=True)
TWO_STEP, TWO_PHONES, PASSKEY, NUMBER, SECOND_ADDRESS = 0.6, 0.1, 0.15, 0.4, 0.3
SIGNED_IN, MESSAGE, LOCKED, WORK, CONTACT = 0.25, 0.2, 0.01, 0.1, 0.05
LOOKED = 0.1
CASE_OPEN, CASE_ENDED = 0.0003, 0.001
EVENTS_EACH = 6  # on average
STAFF_EACH = 2000  # accounts, of whom one is staff
IN_AN_ORGANISATION = 2000
YEARS = timedelta(days=3 * 365)
COLUMNS: dict[Model, tuple[str, ...]] = {
    Organisation: ("id", "name", "created_at"),
    User: (
        "id",
        "email",
        "email_key",
        "name",
        "password",
        "date_joined",
        "password_changed_at",
        "is_active",
        "is_staff",
        "role",
        "two_step_since",
        "case_opened_at",
        "has_organisation_account",
    ),
    EmailAddress: ("user_id", "address", "key", "created_at", "verified_at"),
    PhoneNumber: ("user_id", "number", "created_at", "verified_at"),
    Phone: ("id", "user_id", "name", "created_at", "linked_at"),
    Authenticator: (
        "public_id",
        "user_id",
        "phone_id",
        "name",
        "sealed_secret",
        "confirmed",
        "created_at",
        "trusted_from",
    ),
    Passkey: (
        "user_id",
        "name",
        "digest",
        "credential",
        "rp_id",
        "is_backup_eligible",
        "is_backed_up",
        "created_at",
        "trusted_from",
    ),
    SecurityEvent: ("user_id", "actor_id", "kind", "at", "address", "agent"),
    Session: (
        "session_key",
        "session_data",
        "expire_date",
        "user_id",
        "name",
        "address",
        "agent",
        "created_at",
        "signed_in_at",
        "last_seen_at",
    ),
    Message: (
        "channel",
        "recipient",
        "kind",
        "user_id",
        "status",
        "attempts",
        "created_at",
        "next_attempt_at",
        "sent_at",
        "expires_at",
    ),
    Membership: ("user_id", "organisation_id", "created_at"),
    Enrolment: ("user_id", "organisation_id", "label", "state", "created_at", "enrolled_at"),
    RecoveryCase: ("user_id", "key", "contact", "state", "opened_at", "waits_until", "expires_at"),
    RecoveryContact: ("owner_id", "person_id", "address", "key", "known_as", "agreed_at"),
}


class Maker:
    """Draws one person after another; the same seed draws the same people."""

    def __init__(self, writer: Writer, *, count: int, seed: int, now: datetime) -> None:
        # Reproducible on purpose: the names of people who do not exist are no secret.
        self.random = Random(seed)  # noqa: S311
        self.writer, self.now = writer, now
        self.user, self.phone = next_key(User), next_key(Phone)
        self.first = self.user
        self.staff: list[int] = []
        self.session_data = Session.get_session_store_class()().encode({})
        size = max(3, count // IN_AN_ORGANISATION)
        start = next_key(Organisation)
        self.organisations = range(start, start + size)
        for key in self.organisations:
            writer.add(Organisation, key, f"Organisation {key}", self.before(YEARS))

    def before(self, span: timedelta) -> datetime:
        """Return a moment within this time before now."""
        return self.now - self.random.random() * span

    def has(self, share: float) -> bool:
        """Decide whether this person has what so many have."""
        return self.random.random() < share

    def digest(self, *parts: object) -> str:
        """Return 64 digits that no other person has."""
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def people(self, count: int) -> Iterator[int]:
        """Add so many people, one at a time."""
        for _each in range(count):
            self.person()
            yield self.user
            self.user += 1

    def person(self) -> None:
        """Add one, with all that is theirs."""
        draw, joined = self.random, self.before(YEARS)
        first, last = draw.choice(FIRST), draw.choice(LAST)
        mailbox = f"{first}.{last}.{self.user}".lower().encode("ascii", "ignore").decode()
        address = f"{mailbox}@{draw.choice(DOMAINS)}"
        is_staff = self.user % STAFF_EACH == 0
        if is_staff:
            self.staff.append(self.user)
        since = joined if is_staff or self.has(TWO_STEP) else None
        is_open = self.has(CASE_OPEN)
        has_work = self.has(WORK)
        self.writer.add(
            User,
            self.user,
            address,
            address,
            f"{first} {last}",
            "!",
            joined,
            joined,
            is_staff or not self.has(LOCKED),
            is_staff,
            draw.choice([role for role in Role if role]) if is_staff else Role.NONE,
            since,
            self.now - timedelta(days=1) if is_open else None,
            has_work,
        )
        self._contacts(address, mailbox, joined)
        if since:
            self._factors(since)
        self._activity(address, joined)
        self._organisation(mailbox, joined, has_work=has_work)
        self._recovery(is_open=is_open)

    def _contacts(self, address: str, mailbox: str, at: datetime) -> None:
        self.writer.add(EmailAddress, self.user, address, address, at, at)
        if self.has(SECOND_ADDRESS):
            second = f"{mailbox}@second.example"
            self.writer.add(EmailAddress, self.user, second, second, at, at)
        if self.has(NUMBER):
            # 097 0000 0000 and up is for machines in the Netherlands: nobody's telephone.
            self.writer.add(PhoneNumber, self.user, f"+3197{self.user % 10**10:010d}", at, at)

    def _factors(self, at: datetime) -> None:
        for _each in range(2 if self.has(TWO_PHONES) else 1):
            name = self.random.choice(PHONES)
            self.writer.add(Phone, self.phone, self.user, name, at, at)
            row = Authenticator(user_id=self.user, phone_id=self.phone, name=name)
            row.draw_secret()
            sealed = (row.public_id, self.user, self.phone, name, row.sealed_secret)
            self.writer.add(Authenticator, *sealed, True, at, at)
            self.phone += 1
        if self.has(PASSKEY):
            digest, credential = self.digest("passkey", self.user), self.random.randbytes(77)
            kept = (digest, credential, party(), True, True, at, at)
            self.writer.add(Passkey, self.user, "Passkey", *kept)

    def _activity(self, address: str, joined: datetime) -> None:
        span = self.now - joined
        moments = sorted(self.before(span) for _each in range(self._how_many(EVENTS_EACH)))
        for at in moments:
            (kind,) = self.random.choices(KINDS, WEIGHTS)
            self.writer.add(SecurityEvent, self.user, None, kind, at, *self._client()[:2])
        if self.staff and self.has(LOOKED):
            at, colleague = self.before(span), self.random.choice(self.staff)
            kind = EventKind.STAFF_LOOKED
            self.writer.add(SecurityEvent, self.user, colleague, kind, at, "", "")
        if self.has(SIGNED_IN):
            network, agent, name = self._client()
            at, ends = self.before(timedelta(days=1)), self.now + timedelta(days=7)
            key = self.digest("session", self.user)
            row = (key, self.session_data, ends, self.user, name, network, agent, at, at, at)
            self.writer.add(Session, *row)
        if self.has(MESSAGE):
            at = self.before(timedelta(days=30))
            what = (Channel.EMAIL, address, EventKind.SIGN_IN_NEW_BROWSER, self.user, Status.SENT)
            self.writer.add(Message, *what, 1, at, at, at, at + timedelta(days=3))

    def _how_many(self, mean: int) -> int:
        return min(40, int(self.random.expovariate(1 / mean)))

    def _client(self) -> tuple[str, str, str]:
        number = self.random.randrange(len(AGENTS))
        return f"203.0.113.{self.random.randrange(256)}", AGENTS[number], BROWSERS[number]

    def _organisation(self, mailbox: str, at: datetime, *, has_work: bool) -> None:
        firm = self.random.choice(self.organisations)
        if has_work or self.has(WORK):
            self.writer.add(Membership, self.user, firm, at)
        if has_work:
            self.writer.add(Enrolment, self.user, firm, f"{mailbox}@work", "enrolled", at, at)

    def _recovery(self, *, is_open: bool) -> None:
        if self.user > self.first and self.has(CONTACT):
            owner, address = self.user, f"contact.{self.user}@mail.example"
            person = self.random.randrange(self.first, self.user)
            row = (owner, person, address, address, "a friend", self.before(YEARS))
            self.writer.add(RecoveryContact, *row)
        if is_open:
            self._case(CaseState.WAITING, self.now - timedelta(days=1))
        elif self.has(CASE_ENDED):
            self._case(CaseState.STOPPED, self.before(YEARS))

    def _case(self, state: CaseState, at: datetime) -> None:
        waits, ends = at + timedelta(days=7), at + timedelta(days=21)
        key, contact = self.digest("case", self.user), f"reached.{self.user}@mail.example"
        self.writer.add(RecoveryCase, self.user, key, contact, state, at, waits, ends)
