"""Secrets at rest: sealed with AES-256-GCM, or kept only as a keyed digest.

The key ring comes from `SEALING_KEYS`, entries `name:base64 of 32 bytes`. The first key seals;
every key opens, so that keys rotate without a moment at which something cannot be read
(ASVS 5.0 11.2.2, 13.3). Nothing here is derived from `SECRET_KEY`.
"""

import hmac
import os
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_NAME_BYTES = 8


class CannotUnseal(Exception):
    """No key of the ring opens this value in this place."""


def key_ring() -> dict[str, bytes]:
    """Return the keys by name, the sealing key first.

    Raises `ImproperlyConfigured` if there is none or one of them is malformed.
    """
    return _parse(tuple(settings.SEALING_KEYS))


@lru_cache(maxsize=4)
def _parse(entries: tuple[str, ...]) -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for entry in entries:
        name, key = _parse_entry(entry)
        if name in ring:  # the later one would silently take the place of the first
            raise ImproperlyConfigured(
                f"SEALING_KEYS names two keys {name}: give each entry a name of its own."
            )
        ring[name] = key
    if not ring:
        raise ImproperlyConfigured("SEALING_KEYS is empty; make one with `manage.py sealing_key`.")
    return ring


def _parse_entry(entry: str) -> tuple[str, bytes]:
    name, _, encoded = entry.strip().partition(":")
    try:
        key = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES or not name:
        raise ImproperlyConfigured("Each of SEALING_KEYS reads `name:base64 of 32 bytes`.")
    return name, key


@lru_cache(maxsize=64)
def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def _tag(name: str) -> bytes:
    return sha256(name.encode()).digest()[:KEY_NAME_BYTES]


def seal(plain: bytes, *, context: str) -> bytes:
    """Seal bytes so that they open only with the ring and under the same context (row identity)."""
    name, key = next(iter(key_ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    body = AESGCM(_derive(key, "seal")).encrypt(nonce, plain, context.encode())
    return _tag(name) + nonce + body


def unseal(sealed: bytes, *, context: str, any_key: bool = False) -> bytes:
    """Open what `seal` made; raises `CannotUnseal` if it was changed, moved or its key is gone.

    `any_key` tries keys of every name: one key may have had another one's name before.
    """
    sealed = bytes(sealed)
    tag, rest = sealed[:KEY_NAME_BYTES], sealed[KEY_NAME_BYTES:]
    named = [key for name, key in key_ring().items() if hmac.compare_digest(_tag(name), tag)]
    for key in key_ring().values() if any_key else named:
        with suppress(InvalidTag, ValueError):
            return _open(key, rest, context)
    if named:
        raise CannotUnseal("changed, or moved from another row")
    raise CannotUnseal("sealed with a key that is not in SEALING_KEYS")


def _open(key: bytes, rest: bytes, context: str) -> bytes:
    nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    return AESGCM(_derive(key, "seal")).decrypt(nonce, body, context.encode())


def is_sealed_with_first_key(sealed: bytes, *, context: str) -> bool:
    """Tell whether the value needs no new sealing after a rotation; only opening it proves that."""
    sealed = bytes(sealed)
    name, key = next(iter(key_ring().items()))
    try:
        _open(key, sealed[KEY_NAME_BYTES:], context)
    except (InvalidTag, ValueError):
        return False
    return sealed[:KEY_NAME_BYTES] == _tag(name)


def _digests(purpose: str, parts: tuple[str, ...]) -> Iterator[str]:
    message = "\x1f".join(parts).encode(errors="surrogatepass")
    for key in key_ring().values():
        yield hmac.new(_derive(key, "digest/" + purpose), message, sha256).hexdigest()


def keyed_digest(purpose: str, *parts: str) -> str:
    """Return a hex HMAC-SHA-256 of the parts, worthless to a reader of the database alone."""
    return next(_digests(purpose, parts))


def keyed_digests(purpose: str, *parts: str) -> list[str]:
    """Return the digest under every key of the ring, the first key's first, to look rows up by."""
    return list(_digests(purpose, parts))


def digest_matches(digest: str, purpose: str, *parts: str) -> bool:
    """Compare in constant time, accepting digests made before the last key rotation."""
    return any(hmac.compare_digest(digest, own) for own in _digests(purpose, parts))
