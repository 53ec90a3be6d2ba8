"""What the staff page of an account shows; nothing here reads a secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max, Min, OuterRef, QuerySet, Subquery, prefetch_related_objects

from accounts.activity.events import words
from accounts.activity.timeline import Line, lines
from accounts.authentication.factors import recovery_codes
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import Strength
from accounts.authentication.second_steps import second_steps
from accounts.models import EventKind, SecurityEvent, User
from accounts.preferences import languages
from accounts.readiness import assessment
from accounts.readiness.assessment import Readiness
from accounts.readiness.loss_impact import count
from core.i18n import ngettext
from core.web import paging
from devices.backups import summary
from devices.models import Installation, Phone, Session, TrustedBrowser
from devices.sessions.handshake import Handshake, handshake

SIGN_INS = (
    EventKind.SIGN_IN_PASSWORD,
    EventKind.SIGN_IN_NEW_BROWSER,
    EventKind.SIGN_IN_RECOVERED,
    EventKind.SIGN_IN_TWO_STEP,
)
LATEST_EVENTS = 8
BROWSERS_SHOWN = 20
APPS_SHOWN = 10
EVENTS_A_PAGE = 50
NOTES_SHOWN = 3


@dataclass(frozen=True)
class WayRow:
    """One way in: what, where (masked), how much it proves, and since or until when."""

    way: SignInOption
    is_strong: bool


@dataclass(frozen=True)
class PhoneRow:
    """One linked phone, and from when its codes count in full if they do not yet."""

    phone: Phone
    counts_from: datetime | None


@dataclass(frozen=True)
class SessionRow:
    """One browser that is signed in, and with what."""

    session: Session
    methods: str

    @property
    def handshake(self) -> Handshake:
        """The words that this browser shows to the person now."""
        language = languages.of_messages(self.session.user)
        return handshake(self.session.public_id, language)


@dataclass(frozen=True)
class EventRow:
    """One event in words, and the address of the colleague who did it, if one did."""

    line: Line
    actor: str


def accounts() -> QuerySet[User]:
    """Return the accounts, each read with its `signed_in_at`: no statement more for a page."""
    signed_in = SecurityEvent.objects.filter(user=OuterRef("pk"), kind__in=SIGN_INS)
    return User.objects.annotate(signed_in_at=Subquery(signed_in.order_by("-at").values("at")[:1]))


def page_of(user: User) -> dict[str, Any]:
    """Collect the page of an account, in a number of queries that does not grow with it."""
    prefetch_related_objects([user], "passkeys")  # the ways and the list read the same
    state = assessment.of(user)
    events, has_more = page_of_events(user, 1, LATEST_EVENTS)
    sessions = sessions_of(user)
    return {
        "subject": user,
        "ways": [WayRow(option, option.strength >= Strength.TWO_STEP) for option in state.ways],
        "declined": [step.label for step in second_steps() if user.has_declined(step.slug)],
        "if_lost": _if_lost(state),
        "case": user.recovery_cases.open().first() if user.case_opened_at else None,
        "codes": recovery_codes.summary(user),
        "phones": _phones(user, state.ways),
        "passkeys": list(user.passkeys.all()),
        "unlinked_apps": _unlinked_apps(user),
        "enrolments": user.organisation_accounts,
        "backup": summary.of(user),
        "sessions": sessions[:BROWSERS_SHOWN],
        "has_more_sessions": len(sessions) > BROWSERS_SHOWN,
        "trusted": _trusted(user),
        "addresses": list(user.email_addresses.order_by("pk")),
        "numbers": list(user.phone_numbers.order_by("pk")),
        "notes": list(user.staff_notes.select_related("author")[:NOTES_SHOWN]),
        "events": events,
        "has_more_events": has_more,
    }


def _if_lost(state: Readiness) -> str:
    """Say what would remain if the phone used last were lost; "" without a phone."""
    first = next((option for option in state.ways if option.possession.is_phone), None)
    if first is None:
        return ""
    left = count(state.without({first.possession.key}))
    return ngettext(
        "Without %(phone)s, %(left)d sign-in method would remain.",
        "Without %(phone)s, %(left)d sign-in methods would remain.",
        left,
    ) % {"phone": first.possession.name, "left": left}


def _phones(user: User, ways: Sequence[SignInOption]) -> list[PhoneRow]:
    held = {option.possession.key: option.counts_from for option in ways}
    linked = user.phones.proved().with_app()
    return [PhoneRow(phone, held.get(phone.possession_key)) for phone in linked]


def _unlinked_apps(user: User) -> list[Installation]:
    """Return the apps that were unlinked, newest first, with when each was told to erase itself."""
    told, done = Min("commands__created_at"), Max("commands__done_at")
    rows = user.installations.filter(status=Installation.Status.UNLINKED).order_by("-unlinked_at")
    return list(rows.annotate(told_at=told, wiped_at=done)[:APPS_SHOWN])


def sessions_of(user: User) -> list[SessionRow]:
    """Return the browsers in which the person is signed in, and one more than are shown."""
    rows = list(Session.objects.of(user).alive().order_by("-last_seen_at")[: BROWSERS_SHOWN + 1])
    for row in rows:
        row.user = user
    return [SessionRow(row, _methods(row)) for row in rows]


def _trusted(user: User) -> list[TrustedBrowser]:
    """Return the browsers in which the second step is not asked, those used last first."""
    rows = user.trusted_browsers.live().order_by("-last_used_at")[:BROWSERS_SHOWN]
    return list(rows) if settings.TRUSTED_BROWSER_DAYS else []


def _methods(session: Session) -> str:
    return words(dict.fromkeys(proof.method for proof in session.proofs))


def page_of_events(user: User, number: int, size: int) -> tuple[list[EventRow], bool]:
    """Return page `number` (from 1) of the account's events, and whether there is another."""
    rows, has_next = paging.page_of(user.events.order_by("-at", "-id"), number, size)
    return _in_words(rows), has_next


def _in_words(events: Sequence[SecurityEvent]) -> list[EventRow]:
    actors = {event.actor_id for event in events if event.actor_id}
    names = dict(User.objects.filter(pk__in=actors).values_list("pk", "email")) if actors else {}
    return [
        EventRow(line, names.get(event.actor_id or 0, ""))
        for event, line in zip(events, lines(events), strict=True)
    ]
