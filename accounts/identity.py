"""How addresses are compared."""

import unicodedata

from django.utils.translation import get_language_bidi

ADDRESS_LENGTH = 254


def email_key(address: str) -> str:
    """Return the form under which an address is compared: trimmed, NFKC, case-folded.

    Mail never goes to this form, only to the address as it was stored.
    """
    folded = unicodedata.normalize("NFKC", address.strip()).casefold()
    return unicodedata.normalize("NFKC", folded)


def password_form(password: str) -> str:
    """Return the password in NFC, so that one password has one spelling; nothing is trimmed."""
    return unicodedata.normalize("NFC", password)


def mask_address(address: str) -> str:
    """Hide all but the first character of the mailbox: `j••••@example.org`."""
    mailbox, _, domain = address.rpartition("@")
    return f"{mailbox[:1]}••••@{domain}"


def mask_number(number: str) -> str:
    """Hide all but the last two digits: `•• 58` in one piece, in this order among any words."""
    masked = f"••\u00a0{number[-2:]}"
    return f"\u2066{masked}\u2069" if get_language_bidi() else masked
