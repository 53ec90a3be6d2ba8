"""Mails to the person of a case, at the address that they gave: no account of theirs is reached."""

from accounts.models import RecoveryCase
from core.outbox.api import queue
from core.outbox.models import Message


def queue_to_person(case: RecoveryCase, kind: str) -> Message:
    """Queue a mail about this case; its words are made at delivery."""
    return queue(
        channel="email",
        recipient=case.contact,
        kind=kind,
        context={"case": str(case.public_id), "language": case.language},
        expires_at=case.expires_at,
    )
