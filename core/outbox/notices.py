"""Notices: after what people wait for, and few enough that somebody reads them.

A person who does the same thing over and over, or somebody in their session, must neither delay the
codes of others nor bury one mail under a thousand.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.outbox import conf
from core.outbox.api import queue
from core.outbox.models import Channel, Message, Status

MINUTE = timedelta(minutes=1)


@transaction.atomic
def queue_notice(*, recipient: str, kind: str, event: str, user_id: int) -> Message:
    """Queue a mail about an event, in the transaction of the change that it tells of.

    The first `NOTICES_AT_ONCE` of a minute to an address go at once; what follows within a minute
    goes together in one mail. Without a worker (OUTBOX_DELIVERY=inline) each goes at once.
    """
    now = timezone.now()
    waits = not conf.is_inline() and _are_many(recipient, now)
    waiting = _waiting(recipient, now) if waits else None
    if waiting:
        waiting.context = {**waiting.context, "more": [*waiting.context.get("more", []), event]}
        waiting.save(update_fields=["context"])
        return waiting
    return queue(
        channel=Channel.EMAIL,
        recipient=recipient,
        kind=kind,
        context={"event": event},
        expires_at=now + settings.NOTICE_AGE,
        user_id=user_id,
        is_urgent=False,
        not_before=now + MINUTE if waits else now,
    )


def _are_many(recipient: str, now: datetime) -> bool:
    recent = Message.objects.filter(created_at__gt=now - MINUTE, recipient=recipient)
    most: int = settings.NOTICES_AT_ONCE
    return len(recent.filter(is_urgent=False).values_list("pk")[:most]) == most


def _waiting(recipient: str, now: datetime) -> Message | None:
    """Return the mail that waits for its minute, locked: no worker has it before that has ended."""
    rows = Message.objects.filter(status=Status.QUEUED, attempts=0, next_attempt_at__gt=now)
    rows = rows.filter(recipient=recipient, is_urgent=False).order_by("pk")
    return rows.select_for_update().first()
