"""Nothing that a session can do gives back a try at guessing what it has not proved."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.authentication import throttling
from accounts.authentication.proofs import Strength
from core.limits.counters import FailureCount
from tests.attacks.test_thief_and_owner import (
    add_own_address,
    link_phone,
    prove_mailbox,
    turn_two_step_on,
)
from tests.live import fresh_address, fresh_number
from tests.people import Person, enter
from tests.portal.alone import alone
from tests.portal.test_url_matrix import TABLE, ids, path_of, people

__all__ = ["ids", "people"]  # fixtures

FACTORS = ("authenticator", "passkey", "email", "sms", "recovery-code", "password")


def guess(person: Person, times: int = 3) -> dict[str, int]:
    """Fail with every factor, and return the counters."""
    for factor in FACTORS:
        for _each in range(times):
            throttling.budget_of(person.user, factor).reserve()
    return counters()


def counters() -> dict[str, int]:
    """Every counter there is."""
    return dict(FailureCount.objects.values_list("key", "failures"))


def none_fell(before: dict[str, int]) -> bool:
    """Whether each is at least where it was."""
    now = counters()
    return all(now.get(key, 0) >= count for key, count in before.items())


@pytest.mark.parametrize("strength", [Strength.RECOVERED, Strength.TWO_STEP])
def test_no_url_gives_a_try_back(
    alice: Person,
    ids: dict[str, dict[str, str]],
    new_client: Callable[..., Client],
    subtests: pytest.Subtests,
    strength: Strength,
) -> None:
    before = guess(alice)
    data = {
        "name": "One more",
        "address": fresh_address("thief"),
        "number": fresh_number(),
        "code": alice.wrong_code(),
        "reason": "because I can do it",
        "phone": str(alice.phone.public_id),
    }
    client = enter(new_client(), alice, strength)
    for name in TABLE:
        with subtests.test(name), alone(client):
            client.get(path_of(name, ids))
            client.post(path_of(name, ids), data)
            assert none_fell(before)


def test_binding_replacing_and_typing_back_give_no_try_back(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.RECOVERED)
    before = guess(alice)
    first = link_phone(client)
    assert none_fell(before)
    link_phone(client, "Second")
    client.post("/devices/lost/", {"phone": str(first.public_id)})
    assert none_fell(before)
    client.post("/security/recovery-codes/new/")
    page = client.get("/security/recovery-codes/").content.decode()
    code = page.split("data-recovery-code>")[1].partition("<")[0]
    client.post("/security/recovery-codes/", {"code": code})
    assert none_fell(before)
    row = alice.user.bindings.asked().earliest("pk")
    enter(client, alice, Strength.RECOVERED)
    client.post("/security/added/", {"remove": str(row.public_id)})
    assert none_fell(before)


def test_an_address_of_one_s_own_gives_no_try_back(carol: Person, client: Client) -> None:
    enter(client, carol, Strength.PASSWORD)
    prove_mailbox(client, carol)
    before = guess(carol)
    add_own_address(client)
    assert none_fell(before)
    turn_two_step_on(client)
    assert carol.reload().has_two_step
    assert none_fell(before)
