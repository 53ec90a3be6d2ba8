"""Showing, while a case waits, that one reads another address of the account.

A code goes to the address that the person names, whether the account has it or not, and what is
said afterwards is the same: only the officers see whether it is one.
"""

import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.authentication.factors import sent_codes
from accounts.contacts.normalization import email_key, mask_address
from accounts.holds.bindings import held_subjects
from accounts.models import CaseState, RecoveryCase
from accounts.recovery_cases.opening import OWN_ADDRESS, PURPOSE
from core.web.http import RequestOrigin

PENDING_KEY = "recovery_mailbox"


@dataclass(frozen=True)
class PendingMailbox:
    """An address that was named for a case, waiting for the code."""

    binding: str
    case: str  # public id
    mailbox: str
    at: float  # epoch seconds

    @property
    def is_in_time(self) -> bool:
        """Whether there is still time to type the code."""
        age = timedelta(seconds=timezone.now().timestamp() - self.at)
        return timedelta(0) <= age <= settings.CONTACT_CONFIRM_AGE


def begin(request: HttpRequest, case: RecoveryCase, address: str) -> PendingMailbox:
    """Keep in the session what was named; one at a time."""
    now = timezone.now().timestamp()
    pending = PendingMailbox(secrets.token_hex(16), str(case.public_id), address, now)
    request.session[PENDING_KEY] = asdict(pending)
    return pending


def pending_in(request: HttpRequest, case: RecoveryCase) -> PendingMailbox | None:
    """Return what waits in this session for this case; None if nothing does, or not any more."""
    kept = request.session.get(PENDING_KEY)
    pending = PendingMailbox(**kept) if isinstance(kept, dict) else None
    is_of_case = pending is not None and pending.case == str(case.public_id)
    return pending if pending and is_of_case and pending.is_in_time else None


def forget(request: HttpRequest) -> None:
    """Drop what waits."""
    request.session.pop(PENDING_KEY, None)


def send(pending: PendingMailbox, client: RequestOrigin) -> None:
    """Send the code, or another one; raises `LimitReached`."""
    delivery = sent_codes.Delivery("email", pending.mailbox)
    binding = pending.binding
    sent_codes.send(delivery, user=None, purpose=PURPOSE, binding=binding, client=client)


@transaction.atomic
def note(case: RecoveryCase, address: str) -> None:
    """Note for the officers that the person reads this address, if it is one of the account's.

    One that was added on the password alone, as a thief's may be, is none.
    """
    user = case.user.lock_for_update() if case.user else None
    if user is None:
        return
    case.refresh_from_db()
    own = user.email_addresses.verified().filter(key=email_key(address)).first()
    if case.state != CaseState.WAITING or own is None or own.factor in held_subjects(user):
        return
    shown = {"kind": OWN_ADDRESS, "name": mask_address(own.address), "id": own.factor}
    is_contact = own.key == email_key(case.contact)  # that was noted when the case was opened
    if is_contact or any(each.items() >= shown.items() for each in case.evidence):
        return
    case.evidence.append({**shown, "at": timezone.now().isoformat()})
    case.save(update_fields=["evidence"])
