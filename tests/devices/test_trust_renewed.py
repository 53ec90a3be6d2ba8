"""The cookie of a trusted browser is another after each use; a copy of it is found out and told."""

from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django import Settings

from devices.models import Session, TrustedBrowser
from devices.sessions import trusted_browsers
from devices.sessions.trust_cookies import cookie_name, next_value
from tests.people import Person, trust

Browsers = Callable[..., Client]
UNDER_WAY = trusted_browsers.UNDER_WAY


@pytest.fixture(autouse=True)
def _days(settings: Settings) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30


def sign_in(client: Client, person: Person) -> Any:
    return client.post("/sign-in/", {"email": person.address, "password": person.password})


def is_in(client: Client) -> bool:
    return bool(client.get("/security/").status_code == 200)


def comes_back(client: Client, person: Person) -> bool:
    """Sign out and in; tell whether the password alone was enough."""
    client.post("/sign-out/")
    return sign_in(client, person)["Location"] == "/security/" and is_in(client)


def value_of(client: Client, person: Person) -> str:
    return client.cookies[cookie_name(person.user)].value


def copied(client: Client, new_client: Browsers) -> Client:
    """A browser with every cookie of another."""
    made = new_client()
    made.cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    return made


def was_told(person: Person) -> bool:
    subjects = [message.subject for message in mail.outbox]
    is_told = "Latchkey: a trusted browser was copied" in subjects
    assert is_told == ("browser:copied" in person.kinds())
    return is_told


def test_each_use_renews_it(client: Client, alice: Person) -> None:
    trust(client, alice)
    seen = {value_of(client, alice)}
    for _each in range(3):
        assert comes_back(client, alice)
        seen.add(value_of(client, alice))
    assert len(seen) == 4
    assert not was_told(alice)
    assert client.cookies[cookie_name(alice.user)]["httponly"]


def test_a_copy_used_first_is_found_out_by_the_owner(
    client: Client, new_client: Browsers, alice: Person, clock: time_machine.Traveller
) -> None:
    trust(client, alice)
    thief = copied(client, new_client)
    assert comes_back(thief, alice)
    clock.shift(timedelta(hours=1) - timedelta(minutes=5))
    assert is_in(thief)
    assert not comes_back(client, alice)
    assert was_told(alice)
    assert not alice.user.trusted_browsers.exists()
    assert not is_in(thief)
    assert not comes_back(thief, alice)


def test_a_copy_used_after_the_owner_ends_it(
    client: Client, new_client: Browsers, alice: Person, clock: time_machine.Traveller
) -> None:
    trust(client, alice)
    thief = copied(client, new_client)
    for _each in range(3):  # however old the copy is
        assert comes_back(client, alice)
        clock.shift(UNDER_WAY)
    assert not comes_back(thief, alice)
    assert was_told(alice)
    assert not is_in(client)


def test_who_goes_on_with_the_session_alone_gets_nowhere(
    client: Client, new_client: Browsers, alice: Person
) -> None:
    trust(client, alice)
    thief = copied(client, new_client)
    old = value_of(client, alice)
    assert sign_in(thief, alice)["Location"] == "/security/"
    for value in (old, "", "x" * 66):
        shown = copied(thief, new_client)
        shown.cookies[cookie_name(alice.user)] = value
        assert not is_in(shown)
        thief.cookies[cookie_name(alice.user)] = old
        sign_in(thief, alice)
    assert comes_back(client, alice)  # nobody has seen the next value before


def test_a_lost_answer_costs_nothing(client: Client, new_client: Browsers, alice: Person) -> None:
    trust(client, alice)
    for _each in range(3):
        sign_in(copied(client, new_client), alice)  # the answer never came
    assert comes_back(client, alice)
    assert comes_back(client, alice)
    assert not was_told(alice)


def test_two_sign_ins_at_once_end_with_the_same_value(
    client: Client, new_client: Browsers, alice: Person
) -> None:
    trust(client, alice)
    first, second = copied(client, new_client), copied(client, new_client)
    expected = next_value(value_of(client, alice))
    sign_in(first, alice)
    sign_in(second, alice)
    assert value_of(first, alice) == value_of(second, alice) == expected
    assert is_in(first)
    assert is_in(second)
    assert comes_back(first, alice)
    assert not was_told(alice)


def test_one_that_was_under_way_is_asked_for_a_step_and_nothing_else(
    client: Client, new_client: Browsers, alice: Person, clock: time_machine.Traveller
) -> None:
    trust(client, alice)
    late = copied(client, new_client)
    assert comes_back(client, alice)
    clock.shift(UNDER_WAY - timedelta(seconds=1))
    assert sign_in(late, alice)["Location"] == "/sign-in/authenticator/"
    assert not was_told(alice)
    assert is_in(client)
    clock.shift(timedelta(seconds=1))
    sign_in(late, alice)
    assert was_told(alice)


def test_a_clock_that_steps_back_hides_no_copy(
    client: Client, new_client: Browsers, alice: Person, clock: time_machine.Traveller
) -> None:
    trust(client, alice)
    thief = copied(client, new_client)
    assert comes_back(client, alice)
    clock.shift(-timedelta(minutes=5))
    sign_in(thief, alice)
    assert was_told(alice)


def test_a_made_up_value_ends_nothing(client: Client, new_client: Browsers, alice: Person) -> None:
    trust(client, alice)
    stranger = new_client()
    family = value_of(client, alice).partition(".")[0]
    for value in (f"{'x' * 22}.{'y' * 43}", f"{family}.", family, f"{family}.{'y' * 42}"):
        stranger.cookies[cookie_name(alice.user)] = value
        sign_in(stranger, alice)
    assert not was_told(alice)
    assert comes_back(client, alice)


def test_without_the_password_a_copy_ends_nothing(
    client: Client, new_client: Browsers, alice: Person, clock: time_machine.Traveller
) -> None:
    trust(client, alice)
    thief = copied(client, new_client)
    assert comes_back(client, alice)
    clock.shift(UNDER_WAY)
    thief.post("/sign-in/", {"email": alice.address, "password": "not the right password"})
    assert not was_told(alice)
    assert TrustedBrowser.objects.filter(user=alice.user).exists()


def test_only_the_first_page_pays_for_it(client: Client, alice: Person) -> None:
    trust(client, alice)
    sign_in(client, alice)
    is_in(client)
    assert trusted_browsers.RENEWED_KEY not in client.session
    assert Session.objects.get(user=alice.user).trusted_id
