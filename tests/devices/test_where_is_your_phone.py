"""After signing in without the phone: the four answers."""

from django.test import Client

from accounts.authentication.proofs import Strength
from tests.people import Person, enter, give_phone

URL = "/sign-in/where-is-your-phone/"


def test_the_four_answers(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    text = client.get(URL).content.decode()
    phone = alice.phone.public_id
    assert "Where is your Pixel 8?" in text
    assert 'href="/security/"' in text
    assert f"/devices/new-phone/?replaces={phone}" in text
    assert f"/devices/lost/?phone={phone}" in text
    assert f"{URL}?here={phone}" in text


def test_each_phone_has_its_answers(client: Client, alice: Person) -> None:
    second = give_phone(alice, "iPhone 15").phone
    enter(client, alice, Strength.RECOVERED)
    text = client.get(URL).content.decode()
    assert "iPhone 15" in text
    assert "You signed in without them." in text
    assert "I left them somewhere safe" in text
    assert f"/devices/lost/?phone={second.public_id}" in text


def test_here_says_what_may_be_wrong(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    text = client.get(f"{URL}?here={alice.phone.public_id}").content.decode()
    assert "Its clock is wrong" in text


def test_a_strangers_phone_is_not_found(client: Client, alice: Person, bob: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    for wanted in (bob.phone.public_id, "0", "", "-1"):
        assert client.get(f"{URL}?here={wanted}").status_code == 404


def test_without_a_phone_it_leads_to_linking_one(client: Client, alice: Person) -> None:
    alice.phone.delete()
    enter(client, alice, Strength.RECOVERED)
    assert client.get(URL)["Location"] == "/devices/link/"


def test_without_two_step_there_is_nothing_to_ask(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert client.get(URL)["Location"] == "/security/"


def test_it_needs_a_sign_in(client: Client, alice: Person) -> None:
    assert client.get(URL)["Location"].startswith("/sign-in/")
