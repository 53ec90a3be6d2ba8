"""A case for somebody who calls the help desk: staff send a link to a mailbox of the caller.

Staff open nothing. Who opens the link proves that they read that mailbox, as a code would, and one
press there opens the case; the waiting time, the owner and two officers come after it as always.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.by_staff import IsLocked
from accounts.contacts.normalization import mask_address
from accounts.models import EventKind, RecoveryCase, User
from accounts.preferences import languages
from accounts.recovery_cases import opening
from accounts.recovery_cases.opening import PendingCase
from accounts.staff import Act, check
from core.outbox.api import queue

SALT = "accounts.recovery-case-offer"
MAIL = "case:offered"
HELP_DESK = "help_desk"  # evidence: a colleague spoke to the caller


class AlreadyOpen(Exception):
    """Somebody asks for this account already."""


@dataclass(frozen=True)
class Offer:
    """Whose account may be asked for, by whom, and since when."""

    user: User
    contact: str
    at: datetime

    @property
    def is_used(self) -> bool:
        """Whether a case was opened since, or another link sent: the last one works, once."""
        sent = self.user.events.filter(kind=EventKind.STAFF_OFFERED_CASE, at__gte=self.at)
        is_last = sent.count() <= 1
        return not is_last or self.user.recovery_cases.filter(opened_at__gte=self.at).exists()


@transaction.atomic
def offer(*, actor: User, user: User, contact: str, reason: str) -> None:
    """Mail the link to this address, and notify the owner; raises `IsLocked` and `AlreadyOpen`."""
    check(actor, user, Act.OPEN_CASE)
    user = user.lock_for_update()
    if not user.is_active:
        raise IsLocked
    if user.recovery_cases.open().exists():
        raise AlreadyOpen
    now = timezone.now()
    queue(
        channel="email",
        recipient=contact,
        kind=MAIL,
        context={
            "offer": {"user": str(user.public_id), "contact": contact, "at": now.isoformat()},
            "language": languages.of_messages(user),
        },
        expires_at=now + settings.RECOVERY_CASE_LINK_AGE,
    )
    address, kind = mask_address(contact), EventKind.STAFF_OFFERED_CASE
    events.record(user, kind, origin=Origin(actor=actor), reason=reason, address=address)


def token_of(kept: dict[str, str]) -> str:
    """Return the token of the link; `kept` is what the message remembers."""
    return signing.dumps(kept, salt=SALT, compress=True)


def find(token: str) -> Offer | None:
    """Return what a link offers; None if it is wrong, too old or used, or the account is gone."""
    try:
        kept = signing.loads(token, salt=SALT, max_age=settings.RECOVERY_CASE_LINK_AGE)
        user = User.objects.filter(public_id=kept["user"], is_active=True).first()
    except (signing.BadSignature, ValidationError):
        return None
    found = Offer(user, kept["contact"], datetime.fromisoformat(kept["at"])) if user else None
    return None if found is None or found.is_used else found


@transaction.atomic
def accept(
    offered: Offer, *, origin: Origin, seen: Callable[[User], Iterable[str]]
) -> RecoveryCase | None:
    """Open the case; None if one was opened meanwhile. See `opening.open_case`."""
    user = offered.user.lock_for_update()
    if offered.is_used:
        return None
    pending = PendingCase.now(account=user.email, contact=offered.contact)
    return opening.open_case(pending, origin=origin, seen=lambda one: [HELP_DESK, *seen(one)])
