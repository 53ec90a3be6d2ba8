"""The portal's password hash with parameters that take no time."""

from accounts.passwords.hashers import Argon2Hasher


class QuickHasher(Argon2Hasher):
    """As the portal's, but with the least memory that Argon2 accepts."""

    memory_cost = 8
    time_cost = 1
    parallelism = 1
