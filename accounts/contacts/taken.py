"""Whether an address or number is somebody's: asked before, and when the database refuses it."""

from django.db import IntegrityError

from accounts.contacts.normalization import email_key
from accounts.models import EmailAddress, PhoneNumber, User
from core.database import violates


def has_account(address: str) -> bool:
    """Tell whether the address belongs to an account."""
    key = email_key(address)
    verified = EmailAddress.objects.verified().filter(key=key)
    return User.objects.filter(email_key=key).exists() or verified.exists()


def is_address_taken(error: IntegrityError) -> bool:
    """Tell whether an address or number was confirmed by somebody else, or added once more."""
    return (
        violates(error, User, "email", "email_key")
        or violates(error, EmailAddress, "id", "address_once_a_person", "verified_address_of_one")
        or violates(error, PhoneNumber, "id", "number_once_a_person")
    )
