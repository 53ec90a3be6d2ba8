"""Codes that link a phone: 80 random bits in sixteen letters and digits, four groups of four."""

from secrets import choice

from accounts.authentication.factors.recovery_codes import ALPHABET, SLIPS, grouped
from accounts.authentication.methods import letters_and_digits
from core.keys.crypto import CannotUnseal, keyed_digests, seal, unseal
from devices.models import LinkRequest

LENGTH = 16
PURPOSE = "link-code"

__all__ = ["digests_of", "draw", "grouped", "shown", "store"]


def draw() -> str:
    """Draw a code."""
    return "".join(choice(ALPHABET) for _each in range(LENGTH))


def digests_of(typed: str) -> list[str]:
    """Return what may be kept of a code, however it is spelled; none of what cannot be one.

    One for each sealing key, the first one's first.
    """
    code = letters_and_digits(typed[:100].upper()).translate(SLIPS)
    is_code = len(code) == LENGTH and set(code) <= set(ALPHABET)
    return keyed_digests(PURPOSE, code) if is_code else []


def store(row: LinkRequest, code: str) -> None:
    """Keep a code sealed, for a page that is loaded again."""
    row.sealed_code = seal(code.encode(), context=_context(row))


def shown(row: LinkRequest) -> str:
    """Return the code of a request that nobody has claimed; "" if it cannot be shown again."""
    if row.sealed_code is None:
        return ""
    try:
        return unseal(bytes(row.sealed_code), context=_context(row)).decode()
    except CannotUnseal:
        return ""


def _context(row: LinkRequest) -> str:
    return f"devices.linkrequest:{row.public_id}"
