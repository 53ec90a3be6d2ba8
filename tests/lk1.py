"""The backup format `lk1` without the app: what the browser writes opens here, and back.

Written from docs/authenticator.md alone, on `cryptography` and `argon2-cffi`.
"""

import gzip
import hashlib
import json
import re
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize
from uuid import UUID, uuid4

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SIGNED = ["format", "vault", "version", "base", "epoch", "device", "key", "commitment", "nonce"]
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BLOCK = 4096
MOST = 8 * 1024 * 1024
NOBODY = str(UUID(int=0))
Json = dict[str, Any]


class Refused(Exception):
    """What cannot be opened."""


@dataclass(frozen=True)
class Vault:
    """The id of a vault, the id of its key, and the key."""

    id: str = field(default_factory=lambda: str(uuid4()))
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


def spelled(raw: bytes) -> str:
    """Write bytes as base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def unspelled(text: str) -> bytes:
    """Read base64url in its one spelling."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if spelled(raw) != text:
        raise Refused("not base64url")
    return raw


def canonical(value: Any) -> str:
    """JSON with its names in order and without blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hkdf(secret: bytes, salt: str, info: str) -> bytes:
    """32 bytes made of others, salted with the bytes of a UUID."""
    return HKDF(SHA256(), 32, UUID(salt).bytes, info.encode()).derive(secret)


def decrypt(key: bytes, nonce: str, sealed: str, about: str) -> bytes:
    """Open what AES-256-GCM sealed."""
    try:
        return AESGCM(key).decrypt(unspelled(nonce), unspelled(sealed), about.encode())
    except (InvalidTag, ValueError) as error:
        raise Refused("it does not open") from error


# --- The document ------------------------------------------------------------------------------


def pack(doc: Json) -> bytes:
    """The plain text: length, gzip, zeros up to a full block."""
    body = gzip.compress(json.dumps(doc).encode(), mtime=0)
    plain = len(body).to_bytes(4, "big") + body
    return plain + bytes(-len(plain) % BLOCK)


def unpack(plain: bytes) -> Json:
    """The document of a plain text, never more than 8 MiB of it."""
    end = 4 + int.from_bytes(plain[:4], "big")
    if end > len(plain) or any(plain[end:]):
        raise Refused("the length does not fit")
    inflater = zlib.decompressobj(wbits=31)
    raw = inflater.decompress(plain[4:end], MOST)
    if not inflater.eof or inflater.unused_data:
        raise Refused("cut off, or too large")
    doc: Json = json.loads(raw)
    return doc


def seal(vault: Vault, plain: bytes, **header: Any) -> Json:
    """An envelope around a plain text; the header has the values of a first version."""
    given: Json = {
        "format": "lk1",
        "vault": vault.id,
        "version": 1,
        "base": 0,
        "epoch": 0,
        "device": NOBODY,
        "key": vault.key,
        "commitment": spelled(hkdf(vault.secret, vault.id, "lk1/commit")),
        "nonce": spelled(secrets.token_bytes(12)),
        **header,
    }
    key = hkdf(vault.secret, vault.id, f"lk1/content/{given['key']}")
    sealed = AESGCM(key).encrypt(unspelled(given["nonce"]), plain, _about(given).encode())
    return {**given, "ciphertext": spelled(sealed)}


def seal_document(vault: Vault, doc: Json, **header: Any) -> Json:
    """An envelope around a document."""
    return seal(vault, pack(doc), **header)


def open_envelope(secret: bytes, envelope: Json) -> Json:
    """The document of an envelope."""
    if envelope["format"] != "lk1":
        raise Refused("another format")
    vault = envelope["vault"]
    if unspelled(envelope["commitment"]) != hkdf(secret, vault, "lk1/commit"):
        raise Refused("another key")
    key = hkdf(secret, vault, f"lk1/content/{envelope['key']}")
    return unpack(decrypt(key, envelope["nonce"], envelope["ciphertext"], _about(envelope)))


def _about(envelope: Json) -> str:
    return "\n".join(str(envelope[name]) for name in SIGNED)


# --- The backup key --------------------------------------------------------------------------


def show_backup_key(raw: bytes) -> str:
    """Write 20 bytes in eight groups and a ninth that checks them."""
    text = _letters(raw) + _letters(hashlib.sha256(raw).digest())[:2]
    return "-".join(re.findall(".{1,4}", text))


def read_backup_key(text: str) -> bytes:
    """Read it however it was typed."""
    letters = re.sub(r"[\s-]", "", text).upper().translate(str.maketrans("OIL", "011"))
    bits = "".join(f"{SYMBOLS.index(letter):05b}" for letter in letters[:32])
    raw = int(bits, 2).to_bytes(20, "big")
    if show_backup_key(raw).replace("-", "") != letters:
        raise Refused("a slip in the backup key")
    return raw


def _letters(raw: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in raw)
    return "".join(SYMBOLS[int(bits[at : at + 5], 2)] for at in range(0, len(bits) - 4, 5))


# --- Slots -------------------------------------------------------------------------------------


def make_slot(vault: Vault, kind: str, given: str | bytes, **params: Any) -> Json:
    """Seal the key of a vault under a way to open it; `given` as for `open_slot`."""
    slot: Json = {
        "id": str(uuid4()),
        "kind": kind,
        "key": vault.key,
        "params": params,
        "nonce": spelled(secrets.token_bytes(12)),
    }
    about = _slot_about(slot, vault.id).encode()
    wrapper = AESGCM(_wrapper(slot, given))
    sealed = wrapper.encrypt(unspelled(slot["nonce"]), vault.secret, about)
    return {**slot, "sealed": spelled(sealed)}


def passphrase_params(salt: bytes, **more: int) -> Json:
    """What new passphrase slots are made with."""
    cost = {"memory": 65536, "passes": 3, "lanes": 1, **more}
    return {"kdf": "argon2id", **cost, "salt": spelled(salt)}


def open_slot(slot: Json, vault: str, given: str | bytes) -> bytes:
    """The key of a vault, for a backup key as it is shown, a passphrase, or a PRF's output."""
    about = _slot_about(slot, vault)
    return decrypt(_wrapper(slot, given), slot["nonce"], slot["sealed"], about)


def _slot_about(slot: Json, vault: str) -> str:
    known = [slot["id"], slot["kind"], slot["key"], canonical(slot["params"])]
    return "\n".join(["lk1/slot", vault, *known])


def _wrapper(slot: Json, given: str | bytes) -> bytes:
    kind = slot["kind"]
    if kind == "passphrase" and isinstance(given, str):
        return _from_passphrase(slot["params"], given)
    if kind == "recovery-key" and isinstance(given, str):
        given = read_backup_key(given)
    if kind not in {"recovery-key", "passkey"} or isinstance(given, str):
        raise Refused("no such way in")
    return hkdf(given, slot["id"], f"lk1/slot/{kind}")


def _from_passphrase(params: Json, passphrase: str) -> bytes:
    if params["kdf"] != "argon2id":
        raise Refused("another derivation")
    return hash_secret_raw(
        normalize("NFKC", passphrase).encode(),
        unspelled(params["salt"]),
        time_cost=params["passes"],
        memory_cost=params["memory"],
        parallelism=params["lanes"],
        hash_len=32,
        type=Type.ID,
    )


# --- The encrypted export ----------------------------------------------------------------------


def seal_file(doc: Json, passphrase: str, **params: Any) -> Json:
    """A file with a vault of its own, opened by a passphrase."""
    vault = Vault()
    slot = make_slot(vault, "passphrase", passphrase, **params)
    return {"format": "lk1-file", "envelope": seal_document(vault, doc), "slots": [slot]}


def open_file(file: Json, passphrase: str) -> Json:
    """The document of such a file."""
    [slot] = file["slots"]
    return open_envelope(open_slot(slot, file["envelope"]["vault"], passphrase), file["envelope"])


# --- Proving a key to the portal -----------------------------------------------------------------


def tag_of(slot: Json, given: str | bytes) -> str:
    """What proves that somebody holds the key of a slot; `given` as for `open_slot`."""
    return spelled(hkdf(_wrapper(slot, given), slot["id"], "lk1/slot/proof"))


def tag_of_vault(vault: Vault) -> str:
    """What proves that a phone holds the key of the vault itself."""
    return spelled(hkdf(vault.secret, vault.id, "lk1/proof"))
