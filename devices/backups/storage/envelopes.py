"""Envelopes and slots as phones send them; the portal keeps them and opens none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from devices.backups import errors, validation
from devices.backups.access.key_proofs import digest_in
from devices.models import KeySlot, VaultVersion

FORMAT = "lk1"
HEADER = ("format", "vault", "version", "base", "epoch", "device", "key", "commitment", "nonce")
SLOT = ("id", "kind", "key", "params", "nonce", "sealed")
KEY_ID = r"[0-9a-f]{16}"
KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
BLOCK = 4096  # what is sealed is padded to whole ones, so that its size tells little
ACCOUNTS_MOST = 100_000
MEMORY = {"least": 19 * 1024, "most": 256 * 1024}  # KiB, of Argon2id
PASSES = {"least": 2, "most": 16}
LANES = {"least": 1, "most": 8}
CREDENTIAL = {"least": 16, "most": 1023}  # WebAuthn Level 3, 4
SALT = {"least": 16, "most": 64}


@dataclass(frozen=True)
class Envelope:
    """One state of a vault: a header in the clear, and what is sealed."""

    header: dict[str, Any]
    ciphertext: bytes
    accounts: int

    @property
    def vault(self) -> UUID:
        return UUID(self.header["vault"])

    @property
    def device(self) -> UUID:
        return UUID(self.header["device"])

    @property
    def base(self) -> int:
        return int(self.header["base"])

    @property
    def epoch(self) -> int:
        return int(self.header["epoch"])

    @property
    def key(self) -> str:
        return str(self.header["key"])

    @property
    def size(self) -> int:
        return len(self.ciphertext)

    def is_kept_in(self, row: VaultVersion) -> bool:
        """Tell whether this row holds the very same."""
        same = row.header == self.header and row.accounts == self.accounts
        return same and bytes(row.ciphertext) == self.ciphertext


def read_envelope(body: dict[str, Any]) -> Envelope:
    """Read `envelope` and `accounts` of a body."""
    given = validation.members(body["envelope"], *HEADER, "ciphertext")
    header = {name: given[name] for name in HEADER}
    _check_header(header)
    accounts = validation.count(body["accounts"], most=ACCOUNTS_MOST)
    return Envelope(header, _ciphertext(given["ciphertext"]), accounts)


def _check_header(header: dict[str, Any]) -> None:
    validation.word(header["format"], FORMAT)
    validation.uuid(header["vault"])
    validation.uuid(header["device"])
    validation.count(header["epoch"], least=1)
    if validation.count(header["version"]) != validation.count(header["base"]) + 1:
        raise errors.malformed()
    validation.word(header["key"], KEY_ID)
    validation.binary(header["commitment"], least=KEY_BYTES, most=KEY_BYTES)
    _nonce(header["nonce"])


def _ciphertext(value: Any) -> bytes:
    raw = validation.binary(value, least=BLOCK + TAG_BYTES, most=len(str(value)))
    if len(raw) > settings.VAULT_VERSION_BYTES:
        raise errors.too_large()
    if (len(raw) - TAG_BYTES) % BLOCK:
        raise errors.malformed()
    return raw


def _nonce(value: Any) -> None:
    validation.binary(value, least=NONCE_BYTES, most=NONCE_BYTES)


def read_slot(value: Any) -> KeySlot:
    """Read a slot into a row without a vault."""
    slot = validation.members(value, *SLOT, optional=("tag",))
    kind = validation.word(slot["kind"], "|".join(_PARAMS))
    _PARAMS[kind](slot["params"])
    _nonce(slot["nonce"])
    sealed = KEY_BYTES + TAG_BYTES
    validation.binary(slot["sealed"], least=sealed, most=sealed)
    key = validation.word(slot["key"], KEY_ID)
    kept = {name: slot[name] for name in ("kind", "params", "nonce", "sealed")}
    kept["tag_digest"] = digest_in(slot)
    return KeySlot(public_id=validation.uuid(slot["id"]), key=key, **kept)


def _passphrase(params: Any) -> None:
    given = validation.members(params, "kdf", "memory", "passes", "lanes", "salt")
    validation.word(given["kdf"], "argon2id")
    validation.count(given["memory"], **MEMORY)
    validation.count(given["passes"], **PASSES)
    validation.count(given["lanes"], **LANES)
    validation.binary(given["salt"], **SALT)


def _passkey(params: Any) -> None:
    given = validation.members(params, "credential", "salt")
    validation.binary(given["credential"], **CREDENTIAL)
    validation.binary(given["salt"], **SALT)


_PARAMS: dict[str, Callable[[Any], object]] = {
    KeySlot.Kind.BACKUP_KEY.value: validation.members,
    KeySlot.Kind.PASSPHRASE.value: _passphrase,
    KeySlot.Kind.PASSKEY.value: _passkey,
}
