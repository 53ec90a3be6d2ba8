"""Lost your phone? From the half-done sign-in by any other way to the desk."""

import pytest
from django.test import Client

from accounts.authentication.proofs import Strength
from tests.accounts.helpers import code_to, mailbox, mails_to, seen
from tests.people import Person, enter, give_phone

URL = "/devices/lost/"
LOST = "/sign-in/lost-your-phone/"
pytestmark = pytest.mark.usefixtures("clock")


def test_the_sign_in_leads_to_the_desk_after_any_other_way(client: Client, alice: Person) -> None:
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    for page in ("/sign-in/authenticator/", "/sign-in/another-way/"):
        assert LOST in client.get(page).content.decode()
    answer = client.post(LOST, {"way": "recovery-code"})
    assert answer["Location"] == "/sign-in/recovery-code/"
    answer = client.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    assert answer["Location"] == URL
    assert client.get(URL).status_code == 200


def test_a_code_is_sent_at_once_and_leads_to_the_desk(client: Client, alice: Person) -> None:
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    answer = client.post(LOST, {"way": "email", "send": str(mailbox(alice).public_id)})
    assert answer["Location"] == "/sign-in/email/"
    answer = client.post("/sign-in/email/", {"code": code_to(alice.address)})
    assert answer["Location"] == URL


def test_what_an_only_phone_shows_is_not_offered_when_it_is_lost(
    client: Client, alice: Person
) -> None:
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    words = seen(client.get(LOST))
    assert "Authenticator app" not in words
    assert "Recovery code" in words
    assert "Text a code" in words
    give_phone(alice, "Old phone")
    words = seen(client.get(LOST))
    assert words.count("Authenticator app") == 2


@pytest.mark.parametrize("way", ["", "no-such-way", "../admin"])
def test_a_way_that_does_not_exist_leads_to_those_that_do(
    client: Client, alice: Person, way: str
) -> None:
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    assert client.post(LOST, {"way": way})["Location"] == "/sign-in/another-way/"


def test_somebody_else_s_mailbox_is_sent_nothing(
    client: Client, alice: Person, bob: Person
) -> None:
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    answer = client.post(LOST, {"way": "email", "send": str(mailbox(bob).public_id)})
    assert answer.status_code == 404
    assert mails_to(bob.address) == []


def test_without_the_password_it_begins_with_the_password(client: Client, alice: Person) -> None:
    begin = "/sign-in/?next=%2Fdevices%2Flost%2F"
    assert begin in client.get(LOST).content.decode()
    assert client.post(LOST)["Location"] == begin
    form = {"email": alice.address, "password": alice.password, "next": URL}
    client.post("/sign-in/", form)
    answer = client.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    assert answer["Location"] == URL


def test_any_other_destination_asks_first_where_the_phone_is(client: Client, alice: Person) -> None:
    form = {"email": alice.address, "password": alice.password, "next": "/devices/lost/x/"}
    client.post("/sign-in/", form)
    answer = client.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    assert answer["Location"] == "/sign-in/where-is-your-phone/"


def test_somebody_who_is_in_goes_to_the_desk_at_once(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get(LOST)["Location"] == URL
