"""Whether a new passphrase of the backup is the password of the account, without being told either.

Anyone who learns the password would have the backup as well. The phone derives what Django keeps of
a password from the passphrase itself, with the salt and the cost of this person's, and sends that:
it tells no more of the passphrase than the sealed slot that follows does, at much the same cost for
a guess. The answer could be used to guess at the password, so there are few, and only for a phone
that shows its secret.
"""

import hmac
from base64 import b64decode, b64encode
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import identify_hasher

from accounts.models import User
from core import base64url
from core.limits import rates
from devices.models import Installation

DAY = timedelta(days=1)
HASH_BYTES = 32


def cost_of(user: User) -> dict[str, Any]:
    """Return how the person's password is hashed; empty if a phone cannot do that."""
    kept = _decoded(user)
    if kept is None:
        return {}
    return {
        "kdf": kept["variety"],
        "memory": kept["memory_cost"],
        "passes": kept["time_cost"],
        "lanes": kept["parallelism"],
        "salt": base64url.encode(kept["salt"].encode("latin1")),  # as Django reads it
    }


def _decoded(user: User) -> dict[str, Any] | None:
    if not user.has_usable_password():
        return None
    try:
        hasher = identify_hasher(user.password)
    except ValueError:
        return None
    if hasher.algorithm != "argon2":
        return None
    kept: dict[str, Any] = hasher.decode(user.password)
    is_known = kept["variety"] == "argon2id" and len(_plain(kept["hash"])) == HASH_BYTES
    return kept if is_known else None


def _plain(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4))


def is_password(installation: Installation, derived: bytes) -> bool:
    """Tell whether this was derived from the person's password.

    The try is counted first: call it outside a transaction. Raises `LimitReached`.
    """
    rates.COMPARISONS_OF_A_PHONE.take(f"phone:{installation.public_id}")
    rates.COMPARISONS_OF_A_PERSON.take(f"person:{installation.user_id}")
    kept = _decoded(installation.user)
    given = b64encode(derived).decode().rstrip("=")
    return kept is not None and hmac.compare_digest(given, kept["hash"].rstrip("="))
