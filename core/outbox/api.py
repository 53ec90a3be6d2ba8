"""What the rest of the site may ask of the out-box."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.outbox import conf
from core.outbox.delivery import deliver_now
from core.outbox.models import Channel, Message
from core.outbox.types import Composed, Undeliverable

__all__ = ["Composed", "Undeliverable", "queue"]


def queue(
    *,
    channel: str,
    recipient: str,
    kind: str,
    context: Mapping[str, Any],
    expires_at: datetime,
    user_id: int | None = None,
    is_urgent: bool = True,
    not_before: datetime | None = None,
) -> Message:
    """Put a message into the out-box, in the transaction of the change that it tells of.

    `channel` is "email" or "sms" (else ValueError). `context` holds ids and plain words, never a
    secret or a code: the words of the message are made at delivery by OUTBOX_COMPOSER.
    What is not urgent, because nobody waits for it, goes after all that is; nothing goes before
    `not_before`. It is tried until `expires_at`. With OUTBOX_DELIVERY=inline it is handed over on
    commit; a failure there stays in the row, never raises, and is tried again by `manage.py
    deliver`.
    """
    now = timezone.now()
    message = Message.objects.create(
        channel=Channel(channel),
        recipient=recipient,
        kind=kind,
        context=dict(context),
        user_id=user_id,
        created_at=now,
        next_attempt_at=not_before or now,
        is_urgent=is_urgent,
        expires_at=expires_at,
    )
    if conf.is_inline():
        transaction.on_commit(partial(deliver_now, message.pk), robust=True)
    return message
