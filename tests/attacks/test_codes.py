"""Codes of authenticator apps and codes that were sent: once, in time, by their owner, here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.forms.code import CodeForm
from devices.models.authenticator import codes_of, step_now
from tests.attacks.tools import is_in, start, type_code
from tests.people import Person, enter, give_phone, lose

Clock = Any
Browsers = Callable[..., Client]
WRONG = str(CodeForm.error_messages["wrong"])


def test_an_accepted_code_is_refused_everywhere(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    first, code = new_client(), alice.fresh_code()
    start(first, alice)
    assert type_code(first, code).status_code == 302
    second = new_client()
    start(second, alice)
    for page in (type_code(second, code), first.post("/confirm/authenticator/", {"code": code})):
        assert page.status_code == 200
        assert WRONG in page.content.decode()
    assert not is_in(second)


def test_an_accepted_code_links_no_phone(alice: Person, client: Client, clock: Clock) -> None:
    enter(client, alice, Strength.TWO_STEP)
    code = alice.fresh_code()
    client.post("/confirm/authenticator/", {"code": code})
    place = client.post("/devices/link/", {"name": "Second"})["Location"]
    assert client.post(place, {"code": code}).status_code == 200
    assert alice.user.phones.linked().count() == 1


@pytest.mark.parametrize("shift", range(-4, 5))
def test_only_the_window_of_the_policy_is_accepted(
    alice: Person, client: Client, clock: Clock, shift: int
) -> None:
    start(client, alice)
    type_code(client, alice.code(shift))
    assert is_in(client) is (abs(shift) <= settings.AUTHENTICATOR_WINDOW)


def test_a_code_that_begins_with_zeros_is_accepted(
    alice: Person, client: Client, clock: Clock
) -> None:
    now, secret = step_now(), alice.authenticator.secret
    steps = range(now, now + 3000)
    step = next(s for s in steps if codes_of(secret, [s])[0].startswith("00"))
    clock.shift(timedelta(seconds=30 * (step - now)))
    start(client, alice)
    type_code(client, codes_of(secret, [step])[0])
    assert is_in(client)


def test_the_code_without_its_zeros_is_refused(alice: Person, client: Client) -> None:
    start(client, alice)
    assert type_code(client, str(int("000012"))).status_code == 200
    assert alice.kinds() == []


def test_an_older_step_is_refused_after_a_newer_one(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    first, second = new_client(), new_client()
    start(first, alice)
    type_code(first, alice.code(1))
    start(second, alice)
    for shift in (-1, 0, 1):
        type_code(second, alice.code(shift))
    assert is_in(first)
    assert not is_in(second)


def test_the_window_does_not_walk_with_the_phone(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    for _each in range(3):
        slow = new_client()
        start(slow, alice)
        assert type_code(slow, alice.code(1)).status_code == 302
        clock.shift(timedelta(seconds=30))
    ahead = new_client()
    start(ahead, alice)
    type_code(ahead, alice.code(2))
    assert not is_in(ahead)


def test_codes_do_not_work_for_somebody_else(
    alice: Person, bob: Person, new_client: Browsers
) -> None:
    for person, other in ((alice, bob), (bob, alice)):
        client = new_client()
        start(client, person)
        answer = type_code(client, other.code())
        assert WRONG in answer.content.decode()
        assert not is_in(client)
        assert type_code(client, person.fresh_code()).status_code == 302


def test_codes_of_dead_and_unborn_phones_are_refused(
    alice: Person, client: Client, clock: Clock
) -> None:
    gone = give_phone(alice, "Gone")
    begun = give_phone(alice, "Begun", confirmed=False)
    begun.phone.linked_at = None
    begun.phone.save()
    dead = codes_of(gone.secret, [step_now()])[0]
    gone.phone.delete()
    start(client, alice)
    for code in (dead, begun.code_at(step_now())):
        assert WRONG in type_code(client, code).content.decode()
    assert not is_in(client)


def test_a_clone_of_an_unlinked_phone_is_dead(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    owner, secret = enter(new_client(), alice, Strength.TWO_STEP), alice.authenticator.secret
    assert lose(owner, alice).status_code == 302
    clock.shift(timedelta(minutes=1))
    thief = new_client()
    start(thief, alice)
    type_code(thief, codes_of(secret, [step_now()])[0])
    assert not is_in(thief)


@pytest.mark.parametrize(
    "typed", ["１２３４５６", "١٢٣٤٥٦", "12345６", "0x1234", "12e456", "+12345"]
)
def test_other_alphabets_and_number_forms_cost_no_try(
    alice: Person, client: Client, typed: str
) -> None:
    start(client, alice)
    assert type_code(client, typed).status_code == 200
    assert alice.kinds() == []
    assert not is_in(client)


@pytest.mark.parametrize("around", ["\ufeff{}", "“{}”", "{}.", "\u2060{}\u200b", "{} "])
def test_a_respelled_code_is_the_same_code(
    alice: Person, new_client: Browsers, clock: Clock, around: str
) -> None:
    code, first, second, third = alice.fresh_code(), new_client(), new_client(), new_client()
    start(first, alice)
    assert type_code(first, around.format(code)).status_code == 302
    for browser, typed in ((second, f"{code[:3]}\u2011{code[3:]}"), (third, code)):
        start(browser, alice)
        assert WRONG in type_code(browser, typed).content.decode()
        assert not is_in(browser)


def test_spaces_and_hyphens_do_not_matter_and_the_code_is_spent(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    code, first, second = alice.fresh_code(), new_client(), new_client()
    start(first, alice)
    assert type_code(first, f" {code[:3]}-{code[3:]} ").status_code == 302
    start(second, alice)
    type_code(second, code)
    assert not is_in(second)
