"""How much is hashed says nothing of an account: not its hash, nor how its codes begin."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    PBKDF2PasswordHasher,
    check_password,
    make_password,
)
from django.core.cache import cache
from django.test import Client

from accounts.authentication.factors import recovery_codes
from accounts.models import User
from tests.live import fresh_address
from tests.people import PASSWORD, Person

WRONG = "not the password of anybody"


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what is hashed: iterations of PBKDF2, and hashes of Argon2 made or checked."""
    done: Counter[str] = Counter()
    encode = PBKDF2PasswordHasher.encode

    def pbkdf2(self: Any, password: str, salt: str, iterations: int | None = None) -> str:
        done["pbkdf2"] += iterations or self.iterations
        return encode(self, password, salt, iterations)

    def argon2(method: Any) -> Any:
        def counted(self: Any, *given: Any) -> Any:
            done["argon2"] += 1
            return method(self, *given)

        return counted

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", pbkdf2)
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 900)
    for name in ("encode", "verify"):
        method = getattr(Argon2PasswordHasher, name)
        monkeypatch.setattr(Argon2PasswordHasher, name, argon2(method))
    return done


def imported(person: Person, iterations: int) -> str:
    """Give the person a hash as another site may have made it."""
    encoded = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations)
    User.objects.filter(pk=person.user.pk).update(password=encoded)
    return person.address


@pytest.mark.parametrize("has_imported", [False, True])
def test_a_wrong_password_takes_the_same_work_for_every_account(
    alice: Person,
    bob: Person,
    carol: Person,
    new_client: Callable[..., Client],
    work: Counter[str],
    *,
    has_imported: bool,
) -> None:
    addresses = [alice.address, fresh_address()]
    if has_imported:
        addresses += [imported(bob, 700), imported(carol, 300)]
    cache.clear()
    seen = []
    for address in addresses:
        work.clear()
        new_client().post("/sign-in/", {"email": address, "password": WRONG})
        seen.append(dict(work))
    expected = {"argon2": 1, "pbkdf2": 700} if has_imported else {"argon2": 1}
    assert seen == [expected] * len(seen)


def test_an_imported_password_still_signs_in_and_becomes_one_of_ours(
    carol: Person, client: Client
) -> None:
    address = imported(carol, 300)
    client.post("/sign-in/", {"email": address, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    assert carol.reload().password.startswith("argon2$")
    assert check_password(PASSWORD, carol.user.password)


def test_a_recovery_code_is_looked_for_with_the_same_work_however_it_begins(
    alice: Person, work: Counter[str]
) -> None:
    begun = alice.codes[0].replace("-", "")[:2]
    firsts = {code[0] for code in alice.codes}
    other = next(first + "Z" for first in recovery_codes.ALPHABET if first not in firsts)
    for locator in (begun, other):
        work.clear()
        assert recovery_codes.find(alice.user, locator + "0" * 14) is None
        assert work["argon2"] == 1
    assert recovery_codes.find(alice.user, recovery_codes.clean(alice.codes[0]))
    assert make_password("x").startswith("argon2")
