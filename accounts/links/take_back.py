"""The link "This was not me" in a notice: what it names, and what pressing its button does.

The link is signed, speaks of one event, works once and for `CHANGE_UNDO_AGE`. It needs no sign-in:
a notice must not advise what somebody who is in the account can have made impossible. The token
stands behind the `#`, which no log records: anyone with the token could undo what the owner did,
and sign them out.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.holds import cancelling
from accounts.links import link_mail, undoing
from accounts.links.addresses import link_to
from accounts.models import Binding, EventKind, SecurityEvent, User

SALT = "accounts.take-back"
KIND = EventKind.NOTICE_REPORTED
# What staff or the operator did, and what this very button did, is not taken back by it.
# Notices of a recovery case have a button of their own, which stops the case.
CASES = (kind for kind in EventKind if kind.startswith("case:"))
WITHOUT = frozenset(
    {KIND, EventKind.APP_SILENT, EventKind.HOLD_CANCELLED, EventKind.ORGANISATION_RESTORED, *CASES}
)


@dataclass(frozen=True)
class Reported:
    """An event that its reader can say was not theirs, and the mailbox that was told of it."""

    event: SecurityEvent
    user: User
    address: str

    @property
    def is_undone(self) -> bool:
        """Whether the act itself is undone, besides what the session added."""
        return undoing.undoes(self.user, self.event)

    @property
    def changes(self) -> list[Binding]:
        """What would be taken back: what the session added, as far as that can be."""
        rows = self.user.bindings.revocable()
        binding = rows.filter(public_id=self.event.details.get("binding")).first()
        if binding:
            return cancelling.of_the_session(binding)
        return list(rows.filter(session=self.event.session)) if self.event.session else []


def url_for(event: SecurityEvent, address: str) -> str | None:
    """Return the link for the notice of this event; None for what it could do nothing about."""
    if event.actor_id is not None or event.kind in WITHOUT:
        return None
    kept = {"e": str(event.public_id), "a": address}
    token = signing.dumps(kept, salt=SALT, compress=True)
    return link_to("accounts:not_me", token)


def find(token: str) -> Reported | None:
    """Return what a link speaks of; None if it is wrong, too old, or has done its work."""
    try:
        kept = signing.loads(token, salt=SALT, max_age=settings.CHANGE_UNDO_AGE)
    except signing.BadSignature:
        return None
    since = timezone.now() - settings.CHANGE_UNDO_AGE
    event = SecurityEvent.objects.filter(public_id=kept["e"], at__gt=since).first()
    user = User.objects.filter(pk=event.user_id, is_active=True).first() if event else None
    if event is None or user is None or _was_reported(event):
        return None
    return Reported(event, user, kept["a"])


def _was_reported(event: SecurityEvent) -> bool:
    rows = SecurityEvent.objects.filter(user_id=event.user_id, kind=KIND, at__gte=event.at)
    return rows.filter(details__event=str(event.public_id)).exists()


@transaction.atomic
def report(reported: Reported, *, origin: Origin) -> bool:
    """Take back what the session added, end all sessions, and stop additions without strong proof.

    False if a parallel press was first.
    """
    user = reported.user.lock_for_update()
    if _was_reported(reported.event):
        return False
    cancelling.cancel(user=user, chosen=reported.changes, origin=origin, effect=Effect.NOTHING)
    undoing.undo(user, reported.event)
    User.objects.filter(pk=user.pk).update(frozen_at=timezone.now())
    events.record(user, KIND, origin=origin, event=str(reported.event.public_id))
    return True


def send_link(reported: Reported) -> None:
    """Mail a link for a new password to the mailbox that got the notice, if it is theirs still.

    Call it outside a transaction.
    """
    addresses = reported.user.email_addresses.verified()
    if addresses.filter(address=reported.address).exists():
        link_mail.ask(reported.address, "reset")
