"""Asking somebody to be a recovery contact, and how that ends.

Nobody learns whether an address has an account: one that has none simply never answers.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import HOST, Origin
from accounts.contacts.normalization import email_key
from accounts.holds import bindings, disputes
from accounts.holds.bindings import Ground
from accounts.holds.kinds import RECOVERY_CONTACT
from accounts.models import EmailAddress, EventKind, RecoveryContact, User
from accounts.models.recovery_contact import RecoveryContactQuerySet
from core.database import violates
from core.outbox.api import queue


class TooMany(Exception):
    """The person has asked as many as one may have."""


class AlreadyAsked(Exception):
    """This address was asked before, and not removed since."""


class Own(Exception):
    """It is an address of the person's own."""


@transaction.atomic
def ask(
    user: User, *, address: str, known_as: str, origin: Origin, ground: Ground | None = None
) -> RecoveryContact:
    """Ask the person with this address; raises `TooMany`, `AlreadyAsked`, `Own` or `Frozen`."""
    user = disputes.lock_for_update(user)
    if user.email_addresses.filter(key=email_key(address)).exists():
        raise Own
    if user.recovery_contacts.current().count() >= settings.RECOVERY_CONTACTS:
        raise TooMany
    contact = RecoveryContact(owner=user, address=address, known_as=known_as)
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:
        if not violates(error, RecoveryContact, "one_contact_an_address", "owner_id", "key"):
            raise
        raise AlreadyAsked from error
    User.objects.filter(pk=user.pk, has_recovery_contact=False).update(has_recovery_contact=True)
    subject = f"{RECOVERY_CONTACT}:{contact.pk}"
    binding = bindings.note(user, RECOVERY_CONTACT, subject, ground=ground, name=address)
    about: Details = {**bindings.told(binding), **_named(contact)}
    events.record(user, EventKind.RECOVERY_CONTACT_ASKED, origin=origin, **about)
    stored = EmailAddress.objects.verified().filter(key=contact.key).first()
    queue(
        channel="email",
        recipient=stored.address if stored else address,
        kind="recovery_contact:invited",
        context={"contact": str(contact.public_id)},
        expires_at=timezone.now() + settings.NOTICE_AGE,
    )
    return contact


def asked_of(person: User) -> RecoveryContactQuerySet:
    """Return what others ask of this person and was not answered yet."""
    keys = list(person.email_addresses.verified().values_list("key", flat=True))
    rows = RecoveryContact.objects.asked().filter(key__in=keys, owner__is_active=True)
    return rows.exclude(owner=person)


@transaction.atomic
def agree(contact: RecoveryContact, person: User) -> bool:
    """Write down that this person agreed; False if it was withdrawn, or agreed to already."""
    owner = contact.owner.lock_for_update()
    rows = asked_of(person).filter(pk=contact.pk)
    if not rows.update(person=person, agreed_at=timezone.now()):
        return False
    kind = EventKind.RECOVERY_CONTACT_AGREED
    events.record(owner, kind, origin=HOST, **_named(contact))
    return True


@transaction.atomic
def decline(contact: RecoveryContact, person: User) -> bool:
    """Write down that this person does not want to; False if it was not open any more."""
    owner = contact.owner.lock_for_update()
    if not asked_of(person).filter(pk=contact.pk).delete()[0]:
        return False
    kind = EventKind.RECOVERY_CONTACT_DECLINED
    events.record(owner, kind, origin=HOST, **_named(contact))
    return True


@transaction.atomic
def remove(contact: RecoveryContact, *, origin: Origin) -> bool:
    """Remove a contact of the owner's; False if somebody else did.

    One that has agreed counts for `RECOVERY_CONTACT_KEPT` more.
    """
    owner = disputes.lock_for_update(contact.owner)
    if not _end(contact):
        return False
    kind = EventKind.RECOVERY_CONTACT_REMOVED
    events.record(owner, kind, origin=origin, **_named(contact))
    return True


@transaction.atomic
def leave(contact: RecoveryContact, person: User) -> bool:
    """Let the contact stop being one; False if they are none any more."""
    owner = contact.owner.lock_for_update()
    if contact.person_id != person.pk or not _end(contact):
        return False
    kind = EventKind.RECOVERY_CONTACT_LEFT
    events.record(owner, kind, origin=HOST, **_named(contact))
    return True


def _named(contact: RecoveryContact) -> Details:
    return {"address": contact.address, "contact": str(contact.public_id)}


def _end(contact: RecoveryContact) -> bool:
    rows = RecoveryContact.objects.current().filter(pk=contact.pk)
    return bool(
        rows.filter(agreed_at__isnull=False).update(removed_at=timezone.now())
        or rows.filter(agreed_at__isnull=True).delete()[0]
    )
