"""A passkey in software, written from W3C WebAuthn Level 3 and not from the site's own code."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from struct import pack
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from fido2 import cbor

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
NO_MAKE = bytes(16)


def spelled(data: bytes) -> str:
    """Return base64url without padding, as JSON has it."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def read(text: str) -> bytes:
    """Read base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftPasskey:
    """One ES256 key pair for one site; its fields can be bent to forge answers."""

    origin: str = field(default_factory=lambda: settings.PORTAL_ORIGIN)
    party: str = field(
        default_factory=lambda: settings.PORTAL_ORIGIN.partition("//")[2].split(":")[0]
    )
    make: bytes = NO_MAKE
    flags: int = UP | UV
    count: int = 0
    handle: bytes = b""
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def _client_data(self, kind: str, question: dict[str, Any]) -> bytes:
        challenge = question["publicKey"]["challenge"]
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        return sha256(self.party.encode()).digest() + pack(">BI", flags, self.count) + more

    @property
    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def create(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create()`, attestation "none"."""
        self.handle = read(question["publicKey"]["user"]["id"])
        credential = self.make + pack(">H", len(self.id)) + self.id + self._cose
        data = self._data(self.flags | AT, credential)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": spelled(self._client_data("webauthn.create", question)),
            "attestationObject": spelled(attestation),
        }
        return self._credential(response)

    def get(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get()`."""
        client_data, data = self._client_data("webauthn.get", question), self._data(self.flags)
        signed = data + sha256(client_data).digest()
        response = {
            "clientDataJSON": spelled(client_data),
            "authenticatorData": spelled(data),
            "signature": spelled(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": spelled(self.handle),
        }
        return self._credential(response)

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {
            "id": spelled(self.id),
            "rawId": spelled(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
