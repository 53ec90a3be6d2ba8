"""Events in words, for the activity page, the overview and staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.activity.effects import Kind
from accounts.activity.event_kinds import KINDS
from accounts.activity.events import title_of
from accounts.activity.user_agents import browser_name
from accounts.models import SecurityEvent
from core.geoip import place_of

UNKNOWN = Kind("", "check")


@dataclass(frozen=True)
class Line:
    """One event as a line of a list."""

    sentence: str
    icon: str
    tone: str
    at: datetime
    client_name: str
    address: str
    place: str
    is_mine: bool
    reason: str
    by_staff: bool


def lines(events: Iterable[SecurityEvent], session: str = "") -> list[Line]:
    """Put events into words; `session` is the public id of the reader's own session."""
    return [_line(event, session) for event in events]


def _line(event: SecurityEvent, session: str) -> Line:
    kind = KINDS.get(event.kind, UNKNOWN)
    return Line(
        sentence=title_of(event),
        icon=kind.icon,
        tone=kind.tone,
        at=event.at,
        client_name=browser_name(event.agent),
        address=event.address,
        place=place_of(event.address),
        is_mine=bool(session) and event.session == session,
        reason=str(event.details.get("reason", "")),
        by_staff=event.actor_id is not None,
    )
