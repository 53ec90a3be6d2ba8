"""How passwords and recovery codes are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 46 MiB, one pass, one lane: the OWASP choice that keeps a server responsive."""

    time_cost = 1
    memory_cost = 47_104  # KiB
    parallelism = 1
