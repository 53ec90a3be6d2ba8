"""The account's memory: one row for each thing that happened, and the notices it deserves.

What there is to remember is listed in `accounts.activity.event_kinds`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Unpack

from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.event_kinds import KINDS
from accounts.activity.names import NAMES
from accounts.activity.origin import Origin
from accounts.activity.user_agents import display_name
from accounts.authentication.second_steps import step_named
from accounts.models import EventKind, SecurityEvent, User
from accounts.signals import protection_changed, set_up_changed
from core.i18n import apart, listed
from core.i18n import gettext as _
from core.outbox.notices import queue_notice

NOBODY = 0
OF_CODES = ("method", "methods", "role")  # the details that name a thing by its code


def title_of(event: SecurityEvent) -> str:
    """Say what happened, in the reader's language."""
    kind = KINDS.get(event.kind)
    told = {key: apart(_word(key, value)) for key, value in _told(event).items()}
    words = defaultdict(str, told)
    return str(kind.title).format_map(words) if kind else event.kind


def _told(event: SecurityEvent) -> dict[str, Any]:
    """The details, and what the browser is called that they tell of."""
    kept: dict[str, Any] = event.details
    known = display_name(str(kept.get("browser", "")), str(kept.get("agent", "")))
    return {**kept, "browser": known}


def _word(key: str, value: Any) -> str:
    """Put a detail into words; only of methods a code is kept, of all else what people call it."""
    if key in OF_CODES:
        return words([value] if isinstance(value, str) else value)
    return _listed([str(item) for item in value]) if isinstance(value, list) else str(value)


def _listed(said: list[str]) -> str:
    if len(said) < 2:
        return "".join(said)
    return str(_("%(first)s and %(last)s") % {"first": listed(said[:-1]), "last": said[-1]})


def words(methods: Iterable[str]) -> str:
    """Name methods in a sentence: "password and authenticator app"."""
    return _listed([name_of(method) for method in methods])


def name_of(method: str) -> str:
    """Name a method in a sentence, also one that this site no longer has."""
    step = step_named(method)
    return str(step.name if step else NAMES.get(method, method.replace("-", " ")))


def record(
    user: User,
    kind: EventKind,
    *,
    origin: Origin,
    also_to: Iterable[str] = (),
    effect: Effect | None = None,
    stays: str | None = None,
    **details: Unpack[Details],
) -> SecurityEvent:
    """End what the act ends, write the event, queue its notices; call it last in the transaction.

    What ends is said by the kind, or by `effect` where an act changed less than its kind tells, or
    another event of the same transaction sees to it. The session that acts stays, or the one with
    the public id `stays`. `also_to` are addresses that were verified until this very change.
    """
    shown = KINDS[kind]
    kept = ("" if origin.actor else origin.session) if stays is None else stays
    ended = _end(user, shown.effect if effect is None else effect, except_session=kept)
    counts = {name: ended[name] for name in shown.counts if ended.get(name)}
    event = SecurityEvent.objects.create(
        user=user,
        actor_id=origin.actor.pk if origin.actor else None,
        kind=kind,
        address=origin.address,
        agent=origin.agent,
        session=origin.session,
        details={**details, **counts},
    )
    if shown.notice:
        _notify(event, also_to)
    return event


SIGNALS = {
    Effect.SET_UP_CHANGED: set_up_changed,
    Effect.PROTECTION_CHANGED: protection_changed,
}


def _end(user: User, effect: Effect, *, except_session: str) -> Counter[str]:
    ended = Counter[str]()
    if signal := SIGNALS.get(effect):
        for _receiver, told in signal.send(User, user=user, except_session=except_session):
            ended.update(told or {})
    return ended


def _notify(event: SecurityEvent, also_to: Iterable[str]) -> None:
    verified = event.user.email_addresses.verified().values_list("address", flat=True)
    for address in dict.fromkeys([*verified, *also_to]):
        queue_notice(
            recipient=address,
            kind=event.kind,
            event=str(event.public_id),
            user_id=event.user_id,
        )


def record_nobody(kind: EventKind, *, origin: Origin) -> None:
    """Write an attempt on an address that no account has: seen by operators, told to nobody."""
    SecurityEvent.objects.create(
        user_id=NOBODY, kind=kind, address=origin.address, agent=origin.agent
    )
