"""Mail a link to anyone who asks; a stranger who uses up the limit can't lock the owner out.

The caps for a mailbox hold: strangers flood nobody. But where they are full there is always a link
that works: the one that was mailed last, whose time the page says, or a fresh one once that is too
old.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from accounts.authentication.factors import sent_codes
from accounts.contacts.normalization import email_key
from accounts.models import LinkMail, User
from core.batches import delete_in_batches
from core.keys.crypto import keyed_digest, keyed_digests
from core.limits import rates
from core.limits.counters import LimitReached
from core.outbox.api import queue

KINDS = {"reset": "reset:link", "sign-in": "sign_in:link"}


def ask(address: str, purpose: str) -> datetime:
    """Queue a mail with a link and return when; or when the one was asked for that still works.

    The same for every address, whether or not an account has it. Call it outside a transaction.
    """
    key, now = keyed_digest("link-mail", purpose, email_key(address)), timezone.now()
    try:
        sent_codes.take(
            purpose,
            sent_codes.Delivery("email", address),
            (rates.CODES_A_QUARTER_HOUR, rates.CODES_A_DAY),
        )
    except LimitReached:
        living = _living(key, now)
        if living:
            return living
    with transaction.atomic():
        LinkMail.objects.update_or_create(key=key, defaults={"asked_at": now})
        queue(
            channel="email",
            recipient=address,
            kind=KINDS[purpose],
            context={"language": get_language()},
            expires_at=now + settings.PASSWORD_RESET_AGE,
        )
    return now


def _living(key: str, now: datetime) -> datetime | None:
    """Return when the last mail was asked for, if its link still works.

    Of several who find that it does not, one alone sends the next.
    """
    last = LinkMail.objects.filter(key=key).first()
    limit = now - settings.PASSWORD_RESET_AGE
    if last is None:
        return None
    if last.asked_at > limit:
        return last.asked_at
    is_ours = LinkMail.objects.filter(key=key, asked_at__lte=limit).update(asked_at=now)
    return None if is_ours else now


def forget(user: User) -> None:
    """Let the next one be sent whatever was sent before: the links ended with the password."""
    addresses = user.email_addresses.verified().values_list("key", flat=True)
    keys = [
        digest
        for address in {user.email_key, *addresses}
        for purpose in KINDS
        for digest in keyed_digests("link-mail", purpose, address)
    ]
    LinkMail.objects.filter(key__in=keys).delete()


def delete_expired() -> None:
    """Delete what is about links that are too old."""
    limit = timezone.now() - settings.PASSWORD_RESET_AGE
    delete_in_batches(LinkMail.objects.filter(asked_at__lt=limit))
