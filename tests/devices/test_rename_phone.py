"""Renaming a phone."""

from django.test import Client

from accounts.authentication.proofs import Strength
from tests.people import Person, enter


def test_a_phone_gets_another_name(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    url = f"/devices/{alice.phone.public_id}/rename/"
    assert "Pixel 8" in client.get(url).content.decode()
    assert client.post(url, {"name": "Work phone"})["Location"] == "/devices/"
    assert alice.phone.name == "Work phone"
    assert alice.kinds() == ["phone:renamed"]


def test_the_same_name_is_no_event(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post(f"/devices/{alice.phone.public_id}/rename/", {"name": "Pixel 8"})
    assert alice.kinds() == []


def test_an_empty_name_is_refused(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert (
        client.post(f"/devices/{alice.phone.public_id}/rename/", {"name": " "}).status_code == 200
    )
    assert alice.phone.name == "Pixel 8"


def test_a_strangers_phone_is_not_found(client: Client, alice: Person, bob: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    url = f"/devices/{bob.phone.public_id}/rename/"
    assert client.get(url).status_code == 404
    assert client.post(url, {"name": "Mine"}).status_code == 404
    assert bob.phone.name == "Pixel 8"


def test_other_fields_are_ignored(client: Client, alice: Person, bob: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    more = {"name": "New", "user": bob.user.pk, "linked_at": "", "public_id": "0"}
    client.post(f"/devices/{alice.phone.public_id}/rename/", more)
    assert alice.phone.name == "New"
    assert bob.user.phones.count() == 1
