"""How addresses and passwords are compared."""

import unicodedata

from django.conf import settings
from django.utils.translation import get_language_bidi

from core.addresses import ADDRESS_LENGTH, fold, key_of

__all__ = ["ADDRESS_LENGTH", "email_key", "fold", "mask_address", "mask_number", "password_form"]


def email_key(address: str) -> str:
    """Return the form under which an address is compared; everything that counts goes by it.

    Mail never goes to this form, only to the address as it was stored.
    """
    return key_of(address)


def password_form(password: str) -> str:
    """Return the password in NFC, so that one password has one spelling; nothing is trimmed.

    What is too long to be hashed is left as it is: normalising takes the square of its length.
    """
    if len(password) > settings.PASSWORD_MAX_BYTES:
        return password
    return unicodedata.normalize("NFC", password)


def mask_address(address: str) -> str:
    """Hide all but the first character of the mailbox: `j••••@example.org`."""
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox[:1]}••••@{domain}"


def mask_number(number: str) -> str:
    """Hide all but the last two digits: `•• 58` in one piece, in this order among any words."""
    masked = f"••\u00a0{number[-2:]}"
    return f"\u2066{masked}\u2069" if get_language_bidi() else masked
