"""Sending six digits: limits, the row, the message."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from accounts.contacts.normalization import email_key
from accounts.models import SentCode, User
from core.limits import rates
from core.outbox.api import queue
from core.outbox.sms import sms_limits
from core.web.http import RequestOrigin

MESSAGE_KINDS = {
    ("sign-in", "email"): "sign_in:code",
    ("sign-in", "sms"): "sign_in:code",
    ("confirm", "email"): "confirm:code",
    ("confirm", "sms"): "confirm:code",
    ("contact", "email"): "address:code",
    ("contact", "sms"): "number:code",
    ("sign-up", "email"): "sign_up:code",
    ("recovery-case", "email"): "case:code",
}


class NotYours(Exception):
    """The target does not exist, is not confirmed, or belongs to somebody else."""


@dataclass(frozen=True)
class Delivery:
    """Where a code goes: channel, address or number, and the contact row if there is one."""

    channel: str
    recipient: str
    contact_id: int | None = None


def send(
    delivery: Delivery, *, user: User | None, purpose: str, binding: str, client: RequestOrigin
) -> SentCode:
    """Queue a fresh code, which ends the earlier one of the same flow.

    At most 1 in 60 s, 3 in 15 min and 10 a day for each purpose and target, as in the policy;
    raises `LimitReached` beyond. The purpose is part of the count so that strangers who sign up
    with somebody's address cannot use up that person's own codes.
    """
    take(purpose, delivery, (rates.CODE_PAUSE, rates.CODES_A_QUARTER_HOUR, rates.CODES_A_DAY))
    if delivery.channel == "sms":
        is_confirmed = purpose != "contact"
        sms_limits.take(delivery.recipient, client.network, is_confirmed=is_confirmed)
    with transaction.atomic():
        code = _replace(delivery, user, purpose, binding)
        _queue(delivery, code, client)
    return code


def take(purpose: str, delivery: Delivery, limits: Sequence[rates.Limit]) -> None:
    """Count one message of this purpose to this target; raises `LimitReached`."""
    target = f"{purpose}:{delivery.channel}:{email_key(delivery.recipient)}"
    for each in limits:
        each.take(target)


def _replace(delivery: Delivery, user: User | None, purpose: str, binding: str) -> SentCode:
    now = timezone.now()
    flow = SentCode.objects.bound_to(purpose=purpose, binding=binding)
    flow.live().update(replaced_at=now)
    return SentCode.objects.create(
        user=user,
        purpose=purpose,
        binding=binding,
        channel=delivery.channel,
        contact_id=delivery.contact_id,
        expires_at=now + settings.SENT_CODE_AGE,
    )


def _queue(delivery: Delivery, code: SentCode, client: RequestOrigin) -> None:
    code.message = queue(
        channel=delivery.channel,
        recipient=delivery.recipient,
        kind=MESSAGE_KINDS[code.purpose, delivery.channel],
        context={
            "code": str(code.public_id),
            "agent": client.agent,
            "address": client.address,
            "language": get_language(),
        },
        expires_at=code.expires_at,
        user_id=code.user_id,
    )
    code.save(update_fields=["message"])


def live_code(purpose: str, binding: str, channel: str) -> SentCode | None:
    """Return the code that may still be typed in this flow."""
    rows = SentCode.objects.live().bound_to(purpose=purpose, binding=binding)
    return rows.filter(channel=channel).select_related("message").order_by("-pk").first()
