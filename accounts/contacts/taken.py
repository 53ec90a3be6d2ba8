"""Whether an address or number went to somebody else, when the database refuses it."""

from django.db import IntegrityError

from accounts.models import EmailAddress, PhoneNumber, User
from core.database import violates


def is_address_taken(error: IntegrityError) -> bool:
    """Tell whether an address or number was confirmed by somebody else, or added once more."""
    return (
        violates(error, User, "email", "email_key")
        or violates(error, EmailAddress, "id", "address_once_a_person", "verified_address_of_one")
        or violates(error, PhoneNumber, "id", "number_once_a_person")
    )
