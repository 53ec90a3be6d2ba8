"""How passwords and recovery codes are hashed, and that no time tells which hash an account has."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    make_password,
)
from django.core.cache import cache
from django.db.models.functions import Substr


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 46 MiB, one pass, one lane: the OWASP choice that keeps a server responsive."""

    time_cost = 1
    memory_cost = 47_104  # KiB
    parallelism = 1


IMPORTED = f"{PBKDF2PasswordHasher.algorithm}$"
IMPORTED_KEY, IMPORTED_FOR = "imported-iterations", 600  # seconds


def equalise(password: str, encoded: str) -> None:
    """After a wrong password do what is left of the work that every account takes, or none.

    That is one hash of today's and, as long as there are imported hashes, the iterations of the
    slowest of them: a hash of its own kind would tell that an account exists.
    """
    done = _iterations(encoded)
    if done or not encoded:
        make_password(password)
    missing = _most_iterations() - done
    if missing > 0:
        hasher = PBKDF2PasswordHasher()
        hasher.encode(password, hasher.salt(), missing)


def _iterations(encoded: str) -> int:
    named = encoded.split("$", 2)[1] if encoded.startswith(IMPORTED) else ""
    return int(named) if named.isdigit() else 0


def _most_iterations() -> int:
    """Return the iterations of the slowest imported hash, asked every `IMPORTED_FOR` seconds."""
    most: int | None = cache.get(IMPORTED_KEY)
    if most is None:
        rows = get_user_model().objects.filter(password__startswith=IMPORTED)
        heads = rows.values_list(Substr("password", 1, len(IMPORTED) + 12), flat=True).distinct()
        most = max((_iterations(head) for head in heads), default=0)
        cache.set(IMPORTED_KEY, most, IMPORTED_FOR)
    return most
