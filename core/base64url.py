"""Bytes as text in addresses and JSON: base64url without padding (RFC 4648, section 5)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(raw: bytes) -> str:
    """Write bytes as text."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Read text as bytes; raises `ValueError`. What is no letter of the alphabet is passed over.

    One value has many spellings then: compare with `encode(...)` where only one may count.
    """
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
