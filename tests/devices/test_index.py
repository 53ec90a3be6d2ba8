"""The devices page: phones and browsers, and what losing one would mean."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from accounts.proofs import Strength
from tests.people import Person, enter, give_phone

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_it_shows_phones_browsers_and_which_one_this_is(
    client: Client, new_client: Any, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    enter(new_client(), alice, Strength.RECOVERED)
    text = client.get("/devices/").content.decode()
    assert "Pixel 8" in text
    assert text.count("this browser") == 1
    assert "password and authenticator app" in text
    assert "password and e-mail code" in text
    assert "ways in remain" in text


def test_it_shows_nothing_of_others(client: Client, alice: Person, bob: Person) -> None:
    give_phone(bob, "Bobs phone")
    enter(client, alice, Strength.TWO_STEP)
    assert "Bobs phone" not in client.get("/devices/").content.decode()


def test_it_needs_a_sign_in(client: Client, alice: Person) -> None:
    assert client.get("/devices/")["Location"].startswith("/sign-in/")


def test_it_takes_few_queries_however_much_there_is(
    client: Client,
    new_client: Any,
    alice: Person,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for number in range(4):
        give_phone(alice, f"Phone {number}")
        enter(new_client(), alice, Strength.TWO_STEP)
    with django_assert_max_num_queries(10):
        assert client.get("/devices/").status_code == 200


def test_no_phone_is_said_plainly(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert "No phone is linked" in client.get("/devices/").content.decode()
