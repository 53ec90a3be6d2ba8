"""Wrong passwords and codes: one budget for a person and factor, and what follows from it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.authentication.throttling import STRANGER, password_budget
from core.limits.counters import Budget, wait_after
from tests.accounts.helpers import (
    ask,
    code_to,
    is_in,
    mailbox,
    seen,
    told,
    type_code,
    type_password,
)
from tests.live import fresh_address, fresh_ip
from tests.people import Person, sign_in

AUTHENTICATOR = "/sign-in/authenticator/"
SECOND = timedelta(seconds=1)
FREE = settings.FAILURES_BEFORE_WAIT


def guess(client: Client, address: str, password: str = "a wrong horse battery") -> Any:
    return client.post("/sign-in/", {"email": address, "password": password})


def fail(client: Client, address: str, times: int, clock: time_machine.Traveller) -> None:
    """Guess so often, waiting as long as asked, each time from another network."""
    for number in range(1, times + 1):
        client.defaults["REMOTE_ADDR"] = fresh_ip()
        assert guess(client, address).status_code == 200
        clock.shift(wait_after(number))


def of_strangers(person: Person) -> Budget:
    """The budget of browsers in which the person never signed in."""
    return password_budget(person.address, STRANGER)


def use_up(budget: Budget, times: int, clock: time_machine.Traveller) -> None:
    """Fail so often, without the pages, waiting as long as asked."""
    for number in range(1, times + 1):
        assert budget.reserve() == number
        clock.shift(wait_after(number))


def test_the_fifth_failure_in_a_row_is_followed_by_a_wait(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    for _each in range(FREE):
        assert guess(client, carol.address).status_code == 200
    answer = type_password(client, carol)
    wait = settings.FAILURE_WAIT
    assert answer.status_code == 429
    assert answer["Retry-After"] == str(int(wait.total_seconds()))
    assert f"Wait {int(wait.total_seconds())} seconds" in seen(answer)
    clock.shift(wait - SECOND)
    assert type_password(client, carol).status_code == 429
    clock.shift(SECOND)
    type_password(client, carol)
    assert is_in(client)


def test_each_further_wait_is_twice_as_long_up_to_an_hour(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    fail(client, carol.address, FREE - 1, clock)
    for over in range(9):
        guess(client, carol.address)
        wait = min(settings.FAILURE_WAIT * 2**over, settings.FAILURE_WAIT_MOST)
        assert guess(client, carol.address)["Retry-After"] == str(int(wait.total_seconds()))
        clock.shift(wait)
    assert wait_after(FREE + 8) == settings.FAILURE_WAIT_MOST


def test_a_success_forgets_the_failures(client: Client, carol: Person) -> None:
    for _each in range(FREE - 1):
        guess(client, carol.address)
    type_password(client, carol)
    client.post("/sign-out/")
    for _each in range(FREE - 1):
        assert guess(client, carol.address).status_code == 200


@pytest.mark.usefixtures("clock")
def test_every_spelling_of_an_address_counts_at_one_counter(
    new_client: Callable[..., Client], carol: Person
) -> None:
    name, _at, domain = carol.address.partition("@")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in name)
    spellings = [carol.address, carol.address.upper(), f"  {carol.address.title()} "]
    spellings += [f"{wide}@{domain}", f"{name}@{domain.upper()}"]
    assert len(spellings) == FREE
    for spelling in spellings:
        assert guess(new_client(), spelling).status_code == 200
    assert guess(new_client(), carol.address).status_code == 429


@pytest.mark.usefixtures("clock")
def test_an_address_that_nobody_has_waits_in_the_same_way(client: Client, db: None) -> None:
    address = fresh_address("unknown")
    for _each in range(FREE):
        assert guess(client, address).status_code == 200
    assert guess(client, address).status_code == 429


@pytest.mark.usefixtures("clock")
def test_the_wait_of_one_person_is_not_that_of_another(
    client: Client, carol: Person, bob: Person
) -> None:
    for _each in range(FREE + 1):
        guess(client, bob.address)
    type_password(client, carol)
    assert is_in(client)


def test_the_owner_is_told_at_the_tenth_failure_and_only_once(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    fail(client, carol.address, settings.FAILURES_BEFORE_NOTICE - 1, clock)
    assert not told("many")
    fail(client, carol.address, 1, clock)
    clock.shift(settings.FAILURE_WAIT_MOST)
    fail(client, carol.address, 1, clock)
    assert carol.kinds().count("sign_in:many_failures") == 1
    assert told("many") == {carol.address}


def test_the_notice_about_guessed_passwords_does_not_say_that_one_is_known(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    fail(client, carol.address, settings.FAILURES_BEFORE_NOTICE, clock)
    assert told("wrong passwords") == {carol.address}
    assert not told("Someone typed your correct password")


def test_after_a_hundred_failures_in_a_row_the_password_is_switched_off(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    use_up(of_strangers(carol), settings.FAILURES_BEFORE_OFF - 1, clock)
    assert guess(client, carol.address).status_code == 200
    clock.shift(timedelta(days=2))
    answer = type_password(client, carol)
    assert "Too many wrong passwords. Reset your password to continue." in seen(answer)
    assert not is_in(client)


def test_strangers_never_lock_a_browser_that_signed_in_before(
    new_client: Callable[..., Client], carol: Person, clock: time_machine.Traveller
) -> None:
    own, stranger = new_client(), new_client()
    type_password(own, carol)
    own.post("/sign-out/")
    use_up(of_strangers(carol), settings.FAILURES_BEFORE_OFF, clock)
    assert "Reset your password" in seen(type_password(stranger, carol))
    type_password(own, carol)
    assert is_in(own)


def test_a_known_browser_has_a_budget_too(client: Client, carol: Person) -> None:
    type_password(client, carol)
    client.post("/sign-out/")
    for _each in range(FREE):
        assert guess(client, carol.address).status_code == 200
    assert type_password(client, carol).status_code == 429


@pytest.mark.usefixtures("clock")
def test_one_network_may_fail_only_so_often(new_client: Callable[..., Client], db: None) -> None:
    for number in range(settings.PASSWORD_FAILURES_AN_ADDRESS):
        near = new_client(REMOTE_ADDR=f"2001:db8::{number:x}")
        assert guess(near, fresh_address()).status_code == 200
    assert guess(new_client(REMOTE_ADDR="2001:db8::ffff"), fresh_address()).status_code == 429
    assert guess(new_client(REMOTE_ADDR="2001:db8:0:1::1"), fresh_address()).status_code == 200


# --- Codes --------------------------------------------------------------------------------------


def fail_code(client: Client, person: Person, times: int) -> Any:
    answer = None
    for _each in range(times):
        answer = type_code(client, person.wrong_code(), AUTHENTICATOR)
    return answer


def test_wrong_codes_make_the_right_one_wait(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, alice)
    answer = fail_code(client, alice, FREE)
    assert answer.status_code == 200
    assert "This code is wrong, already used or too old." in seen(answer)
    answer = type_code(client, alice.fresh_code(), AUTHENTICATOR)
    assert answer.status_code == 429
    assert answer["Retry-After"] == str(int(settings.FAILURE_WAIT.total_seconds()))
    clock.shift(settings.FAILURE_WAIT)
    assert type_code(client, alice.fresh_code(), AUTHENTICATOR).status_code == 302
    assert alice.kinds() == ["sign_in:code_failed"] * FREE + ["sign_in:two_step"]


@pytest.mark.usefixtures("clock")
def test_another_way_is_usable_while_one_waits(client: Client, alice: Person) -> None:
    type_password(client, alice)
    fail_code(client, alice, FREE + 1)
    ask(client, mailbox(alice))
    type_code(client, code_to(alice.address))
    assert is_in(client)


@pytest.mark.usefixtures("clock")
def test_a_new_sign_in_does_not_begin_a_new_budget(
    new_client: Callable[..., Client], alice: Person
) -> None:
    first, second = new_client(), new_client()
    type_password(first, alice)
    fail_code(first, alice, FREE)
    type_password(second, alice)
    assert type_code(second, alice.fresh_code(), AUTHENTICATOR).status_code == 429


@pytest.mark.usefixtures("clock")
def test_the_budget_of_codes_is_out_of_reach_without_the_password(
    client: Client, alice: Person
) -> None:
    answer = fail_code(client, alice, FREE + 1)
    assert answer["Location"] == "/sign-in/"
    assert Budget(f"person:{alice.user.pk}", "authenticator").failures == 0
    sign_in(client, alice)
    assert is_in(client)


@pytest.mark.usefixtures("clock")
def test_the_step_up_page_shares_the_budget_of_the_sign_in(client: Client, alice: Person) -> None:
    sign_in(client, alice)
    for _each in range(FREE):
        type_code(client, alice.wrong_code(), "/confirm/authenticator/")
    assert type_code(client, alice.fresh_code(), "/confirm/authenticator/").status_code == 429
    assert alice.kinds()[1:] == ["step_up:failed"] * FREE


def test_ten_wrong_codes_tell_the_owner_that_the_password_is_known(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    for number in range(1, settings.FAILURES_BEFORE_NOTICE + 1):
        type_password(client, alice)
        fail_code(client, alice, 1)
        clock.shift(wait_after(number))
    assert alice.kinds().count("sign_in:many_failures") == 1
    assert len(told("Someone typed your correct password")) == 2


def test_a_hundred_wrong_codes_switch_the_app_off_and_not_the_other_ways(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    budget = Budget(f"person:{alice.user.pk}", "authenticator")
    use_up(budget, settings.FAILURES_BEFORE_OFF - 1, clock)
    type_password(client, alice)
    fail_code(client, alice, 1)
    assert alice.kinds() == ["sign_in:code_failed", "factor:disabled"]
    clock.shift(timedelta(days=1))
    type_password(client, alice)
    answer = type_code(client, alice.fresh_code(), AUTHENTICATOR)
    assert "We turned this method off after too many wrong codes." in seen(answer)
    ask(client, mailbox(alice))
    type_code(client, code_to(alice.address))
    assert is_in(client)


@pytest.mark.usefixtures("clock")
def test_what_cannot_be_a_code_costs_no_try(client: Client, alice: Person) -> None:
    type_password(client, alice)
    for typed in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34", "１２３４５６"]:
        assert type_code(client, typed, AUTHENTICATOR).status_code == 200
    assert Budget(f"person:{alice.user.pk}", "authenticator").failures == 0
    code = alice.fresh_code()
    assert type_code(client, f" {code[:3]} - {code[3:]} ", AUTHENTICATOR).status_code == 302
