"""The key of a vault from phone to phone without the app, written from docs/authenticator.md."""

import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.lk1 import decrypt, spelled, unspelled

ABOUT = "lk1/hand-over"


def new_key() -> ec.EllipticCurvePrivateKey:
    """Draw a key of the curve."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Side:
    """One of the two phones."""

    own: ec.EllipticCurvePrivateKey = field(default_factory=new_key)

    @property
    def shown(self) -> str:
        """The public key as it is written."""
        point = self.own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return spelled(point)

    def wrapper(self, other: str, transfer: str) -> bytes:
        """What the key of the vault is sealed with between the two."""
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unspelled(other))
        shared = self.own.exchange(ec.ECDH(), point)
        return HKDF(SHA256(), 32, UUID(transfer).bytes, ABOUT.encode()).derive(shared)


def seal_key(transfer: str, asked: str, vault: str, key: str, secret: bytes) -> dict[str, str]:
    """What the old phone answers."""
    side, nonce = Side(), secrets.token_bytes(12)
    about = _about(transfer, vault, key, asked, side.shown)
    sealed = AESGCM(side.wrapper(asked, transfer)).encrypt(nonce, secret, about.encode())
    sent = {"nonce": spelled(nonce), "sealed": spelled(sealed)}
    return {"public": side.shown, **sent, "vault": vault, "key": key}


def open_key(transfer: str, side: Side, answer: dict[str, Any]) -> bytes:
    """The key of the vault, on the phone that asked."""
    other = answer["public"]
    about = _about(transfer, answer["vault"], answer["key"], side.shown, other)
    return decrypt(side.wrapper(other, transfer), answer["nonce"], answer["sealed"], about)


def number_of(transfer: str, asked: str) -> str:
    """The number that both phones show."""
    digest = sha256(f"{ABOUT}/number\n{transfer}\n{asked}".encode()).digest()
    number = f"{int.from_bytes(digest[:4], 'big') % 10**6:06d}"
    return f"{number[:3]} {number[3:]}"


def _about(transfer: str, vault: str, key: str, asked: str, answered: str) -> str:
    return "\n".join([ABOUT, transfer, vault, key, asked, answered])
