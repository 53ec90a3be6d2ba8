"""Disputes: two sides of one account contradict each other, and neither wins by being last.

One side was in a session that had not proved a strong second step and took something away; the
other holds just that, and the password. While it is disputed nothing that protects the account can
be weakened or added: `lock_for_update` stands at the start of every such act. It is decided by an
older proof, by staff, or by time: then the older proof counts again.
"""

from datetime import datetime
from typing import Unpack

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import HOST, Origin
from accounts.models import EventKind, User

BEGUN = EventKind.DISPUTE_BEGUN


class InDispute(Exception):
    """The act has to wait until the dispute over the account is decided."""


def lock_for_update(user: User) -> User:
    """Lock the person for an act that weakens what protects them, or adds to it.

    Raises `InDispute`. Judged on the row that the turn reads: a dispute that a parallel request
    opened stops the act.
    """
    current = user.lock_for_update()
    if current.is_disputed:
        raise InDispute
    return current


def begin(user: User, *, since: datetime, origin: Origin, **details: Unpack[Details]) -> datetime:
    """Stop all weakening, end every session and tell every address; return until when.

    `since` is the moment of the act that is disputed: what proved strong before it may decide. A
    dispute that runs is not made longer. Lock the person before, in the same transaction.
    """
    until = timezone.now() + settings.RECOVERY_HOLD
    running = Q(disputed_until__gt=timezone.now())
    rows = User.objects.filter(pk=user.pk).exclude(running)
    if rows.update(disputed_since=since, disputed_until=until):
        user.disputed_since, user.disputed_until = since, until
    else:
        user.refresh_from_db(fields=["disputed_since", "disputed_until"])
        until = user.disputed_until or until
    about: Details = {"until": until.isoformat(), **details}
    events.record(user, BEGUN, origin=origin, stays="", **about)
    return until


def end(
    user: User,
    kind: EventKind,
    *,
    origin: Origin = HOST,
    effect: Effect | None = None,
    **details: Unpack[Details],
) -> bool:
    """End the dispute and tell every address; False if it has ended already.

    Lock the person before, in the same transaction.
    """
    rows = User.objects.filter(pk=user.pk, disputed_until__isnull=False)
    if not rows.update(disputed_since=None, disputed_until=None):
        return False
    user.disputed_since = user.disputed_until = None
    events.record(user, kind, origin=origin, effect=effect, **details)
    return True
