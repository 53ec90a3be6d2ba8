"""The password of the account is no passphrase of its backup, and nobody guesses at it that way."""

from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone; her password is hashed as on a site."""
    carol.user.password = Argon2PasswordHasher().encode(carol.password, "A salt of 22 letters..")
    carol.user.save(update_fields=["password"])
    return give_backup(carol, client)


def derived(how: dict[str, Any], passphrase: str) -> str:
    """Derive as the app does, on another library."""
    salt, memory = lk1.unspelled(how["salt"]), how["memory"]
    cost = {"time_cost": how["passes"], "memory_cost": memory, "parallelism": how["lanes"]}
    raw = hash_secret_raw(passphrase.encode(), salt, **cost, hash_len=32, type=Type.ID)
    return lk1.spelled(raw)


def test_the_password_is_told_and_another_passphrase_is_not(backup: Backup, carol: Person) -> None:
    how = backup.app.get("password").json()
    assert set(how) == {"kdf", "memory", "passes", "lanes", "salt"}
    for passphrase, same in ((carol.password, True), ("another one", False)):
        answer = backup.app.post("password", {"derived": derived(how, passphrase)})
        assert answer.json() == {"same": same}


def test_there_are_few_answers(backup: Backup) -> None:
    body = {"derived": lk1.spelled(b"x" * 32)}
    for _each in range(settings.PASSWORD_COMPARISONS_A_DAY):
        assert backup.app.post("password", body).json() == {"same": False}
    assert refusal(backup.app.post("password", body)) == (429, "too_many")


def test_a_hash_that_no_phone_computes_is_not_asked_about(backup: Backup, carol: Person) -> None:
    carol.user.password = "pbkdf2_sha256$1$salt$hash"
    carol.user.save(update_fields=["password"])
    assert backup.app.get("password").json() == {}
    body = {"derived": lk1.spelled(b"x" * 32)}
    assert backup.app.post("password", body).json() == {"same": False}
