"""Adding, confirming and removing e-mail addresses and phone numbers."""

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.authentication.factors import sent_codes
from accounts.authentication.factors.sent_code_methods import TextMessageMethod
from accounts.contacts.normalization import email_key
from accounts.contacts.taken import is_address_taken
from accounts.holds import bindings, disputes, kinds
from accounts.holds.bindings import Ground
from accounts.models import Binding, EmailAddress, EventKind, PhoneNumber, SentCode, User
from accounts.models.contact import Contact
from accounts.readiness import declined_methods, unused_methods
from core.web.http import RequestOrigin


class TooManyContacts(Exception):
    """The person has as many as one may have."""


class Needed(Exception):
    """The address one signs in with, or the last confirmed one, cannot go."""


def find(user: User, public_id: Any) -> Contact | None:
    """Return the person's own address or number with this id."""
    return (
        user.email_addresses.filter(public_id=public_id).first()
        or user.phone_numbers.filter(public_id=public_id).first()
    )


@transaction.atomic
def add_address(user: User, address: str) -> EmailAddress:
    """Keep an address that is not confirmed yet; adding it again starts its hour again."""
    disputes.lock_for_update(user)
    forget_unconfirmed(user)
    again = user.email_addresses.filter(verified_at__isnull=True, key=email_key(address)).first()
    if again is None and user.email_addresses.count() >= settings.CONTACTS_A_PERSON:
        raise TooManyContacts
    row = again or EmailAddress(user=user)
    row.address, row.created_at = address, timezone.now()
    row.save()
    return row


@transaction.atomic
def add_number(user: User, number: Any) -> PhoneNumber:
    """Keep a number that is not confirmed yet; adding it again starts its hour again."""
    disputes.lock_for_update(user)
    forget_unconfirmed(user)
    again = user.phone_numbers.filter(verified_at__isnull=True, number=number).first()
    if again is None and user.phone_numbers.count() >= settings.CONTACTS_A_PERSON:
        raise TooManyContacts
    row = again or PhoneNumber(user=user, number=number)
    row.created_at = timezone.now()
    row.save()
    return row


def forget_unconfirmed(user: User) -> None:
    """Delete the person's contacts that were not confirmed in `CONTACT_CONFIRM_AGE`."""
    limit = timezone.now() - settings.CONTACT_CONFIRM_AGE
    for rows in (user.email_addresses, user.phone_numbers):
        rows.filter(verified_at__isnull=True, created_at__lt=limit).delete()


def may_confirm(contact: Contact) -> bool:
    """Tell whether its hour is not over."""
    age: timedelta = timezone.now() - contact.created_at
    return not contact.is_verified and age <= settings.CONTACT_CONFIRM_AGE


def send_code(user: User, contact: Contact, client: RequestOrigin) -> SentCode:
    """Send the code that confirms a contact; raises `LimitReached`."""
    return sent_codes.send(
        sent_codes.Delivery(contact.channel, str(contact), contact.pk),
        user=user,
        purpose="contact",
        binding=contact.public_id.hex,
        client=client,
    )


def mark_verified(
    user: User, contact: Contact, *, origin: Origin, ground: Ground | None = None
) -> bool:
    """Confirm a contact; False if it is gone, or somebody else confirmed the address first."""
    before = list(user.email_addresses.verified().values_list("address", flat=True))
    rows = type(contact)._default_manager.filter(pk=contact.pk, verified_at__isnull=True)
    try:
        with transaction.atomic():
            disputes.lock_for_update(user)
            if not rows.update(verified_at=timezone.now()):
                return False
            if isinstance(contact, PhoneNumber):
                unused_methods.begin(user)
            kind = kinds.ADDED[contact.subject]
            name, factor = contact.name_in_events, contact.factor
            binding = bindings.note(user, kind, factor, ground=ground, name=name)
            _record(user, contact, "added", before, binding, origin=origin)
    except IntegrityError as error:
        if not is_address_taken(error):
            raise
        return False
    return True


def remove(user: User, contact: Contact, *, origin: Origin, ground: Ground | None = None) -> None:
    """Remove a contact and tell it too; nothing happens if it is gone already.

    Raises `Needed` and `declining.LastFallBack`.
    """
    with transaction.atomic():
        user = disputes.lock_for_update(user)
        if isinstance(contact, EmailAddress) and _is_needed(user, contact):
            raise Needed
        also = (
            [contact.address] if isinstance(contact, EmailAddress) and contact.verified_at else []
        )
        rows = type(contact)._default_manager.filter(pk=contact.pk)
        if rows.delete()[0] and contact.is_verified:
            if isinstance(contact, PhoneNumber) and not user.never_uses(TextMessageMethod.slug):
                declined_methods.check(user)
            binding = _note_removed(user, contact, ground)
            _record(user, contact, "removed", also, binding, origin=origin)


def _note_removed(user: User, contact: Contact, ground: Ground | None) -> Binding | None:
    """Keep what taking it back needs; a contact that was held itself is simply gone."""
    factor = contact.factor
    bindings.forget_subjects(user, [factor])
    kind = kinds.REMOVED[contact.subject]
    at = contact.verified_at.isoformat() if contact.verified_at else ""
    restores = {contact.subject: str(contact), "verified_at": at}
    subject = f"removed:{factor}"
    return bindings.note(
        user, kind, subject, ground=ground, name=contact.name_in_events, restores=restores
    )


def _is_needed(user: User, address: EmailAddress) -> bool:
    if address.address == user.email:
        return True
    others = user.email_addresses.verified().exclude(pk=address.pk)
    return address.is_verified and not others.exists()


def make_primary(
    user: User, address: EmailAddress, *, origin: Origin, ground: Ground | None = None
) -> bool:
    """Sign in with this address from now on; False if it is not confirmed or taken."""
    try:
        with transaction.atomic():
            user = disputes.lock_for_update(user)
            if not user.email_addresses.verified().filter(pk=address.pk).exists():
                return False
            if user.email == address.address:
                return True
            before, user.email = user.email, address.address
            user.save(update_fields=["email"])
            binding = bindings.note(
                user,
                kinds.PRIMARY,
                f"primary:{address.factor}",
                ground=ground,
                name=address.address,
                restores={"before": before},
            )
            _record(user, address, "primary", [], binding, origin=origin)
    except IntegrityError as error:
        if not is_address_taken(error):
            raise
        return False
    return True


def _record(
    user: User,
    contact: Contact,
    action: str,
    also_to: list[str],
    binding: Binding | None,
    *,
    origin: Origin,
) -> None:
    details: Details = {
        **bindings.told(binding),
        **cast(Details, {contact.subject: contact.name_in_events}),
    }
    events.record(
        user,
        EventKind(f"{contact.subject}:{action}"),
        origin=origin,
        also_to=also_to,
        **details,
    )
