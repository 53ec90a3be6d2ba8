"""The account's memory: one row for each thing that happened, and the notices it deserves.

What there is to remember is listed in `accounts.activity.event_kinds`.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from accounts.activity.event_kinds import KINDS, METHODS
from accounts.activity.user_agents import display_name
from accounts.models import EventKind, SecurityEvent, User
from core.http import RequestOrigin
from core.i18n import apart, listed
from core.i18n import gettext as _
from core.outbox.notices import queue_notice

NOBODY = 0


def title_of(event: SecurityEvent) -> str:
    """Say what happened, in the reader's language."""
    kind = KINDS.get(event.kind)
    words = defaultdict(str, {key: apart(_word(value)) for key, value in _told(event).items()})
    return str(kind.title).format_map(words) if kind else event.kind


def _told(event: SecurityEvent) -> dict[str, Any]:
    """The details, and what the browser is called that they tell of."""
    kept: dict[str, Any] = event.details
    known = display_name(str(kept.get("browser", "")), str(kept.get("agent", "")))
    return {**kept, "browser": known}


def _word(value: Any) -> str:
    if isinstance(value, list):
        return _listed([str(METHODS.get(item, item)) for item in value])
    return str(METHODS.get(value, value)) if isinstance(value, str) else str(value)


def _listed(said: list[str]) -> str:
    if len(said) < 2:
        return "".join(said)
    return str(_("%(first)s and %(last)s") % {"first": listed(said[:-1]), "last": said[-1]})


def words(methods: Iterable[str]) -> str:
    """Name methods in a sentence: "password and authenticator app"."""
    return _word(list(methods))


def record(
    user: User,
    kind: EventKind,
    *,
    client: RequestOrigin | None,
    actor: User | None = None,
    session: str = "",
    also_to: Iterable[str] = (),
    **details: Any,
) -> SecurityEvent:
    """Write the event and, in the same transaction, the notices that go with it.

    `also_to` are addresses that were verified until this very change.
    """
    notice = KINDS[kind].notice
    event = SecurityEvent.objects.create(
        user=user,
        actor_id=actor.pk if actor else None,
        kind=kind,
        address=client.address if client else "",
        agent=client.agent if client else "",
        session=session,
        details=details,
    )
    if notice:
        _notify(event, also_to)
    return event


def _notify(event: SecurityEvent, also_to: Iterable[str]) -> None:
    verified = event.user.email_addresses.verified().values_list("address", flat=True)
    for address in dict.fromkeys([*verified, *also_to]):
        queue_notice(
            recipient=address,
            kind=event.kind,
            event=str(event.public_id),
            user_id=event.user_id,
        )


def record_nobody(kind: EventKind, *, client: RequestOrigin) -> None:
    """Write an attempt on an address that no account has: seen by operators, told to nobody."""
    SecurityEvent.objects.create(
        user_id=NOBODY, kind=kind, address=client.address, agent=client.agent
    )
