"""Reading what a phone sends: exactly what the contract names, or 422 `malformed`."""

import re
from typing import Any
from uuid import UUID

from core import base64url
from devices.backups import errors

MOST = 2**31 - 1  # of a number, as both databases keep it
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def members(value: Any, *names: str, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return an object that has these members, perhaps the optional ones, and no other."""
    if not isinstance(value, dict) or not set(names) <= set(value) <= {*names, *optional}:
        raise errors.malformed()
    return value


def count(value: Any, *, least: int = 0, most: int = MOST) -> int:
    """Return a whole number; `True` and 1.0 are none."""
    if type(value) is not int or not least <= value <= most:
        raise errors.malformed()
    return value


def number_in(text: str) -> int:
    """Return the number that a query or header spells in digits, without zeros in front."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,9}", text):
        raise errors.malformed()
    return count(int(text))


def flag(value: Any) -> bool:
    """Return a truth value."""
    if not isinstance(value, bool):
        raise errors.malformed()
    return value


def word(value: Any, pattern: str) -> str:
    """Return a text that is all of this pattern."""
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise errors.malformed()
    return value


def uuid(value: Any) -> UUID:
    """Return a UUID, in its one spelling: it is part of what was sealed."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise errors.malformed()
    return UUID(value)


def binary(value: Any, *, least: int, most: int) -> bytes:
    """Return bytes that were sent as base64url in its one spelling."""
    if not isinstance(value, str):
        raise errors.malformed()
    try:
        raw = base64url.decode(value)
    except ValueError as error:
        raise errors.malformed() from error
    if not least <= len(raw) <= most or base64url.encode(raw) != value:
        raise errors.malformed()
    return raw
