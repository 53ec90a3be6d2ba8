"""Which phone is the app on? One that is linked, a new one, or the one in the hand."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from devices.api.http import fingerprint
from devices.models import LinkRequest, Phone
from tests.accounts.helpers import seen
from tests.people import Person, enter, give_phone
from tests.phones import API, new_secret

PAGE = "/devices/app/"


@pytest.fixture
def portal(alice: Person, client: Client) -> Client:
    """The browser in which alice is signed in."""
    return enter(client, alice, Strength.TWO_STEP)


def claim_here(portal: Client, page: str) -> None:
    """Do as the app does with the address that it was opened under."""
    found = re.fullmatch(r"/authenticator/#(link|recover)/([0-9A-Z]{16})", page)
    assert found
    body = {"code": found[2], "device": fingerprint(new_secret()), "name": "Pixel 9"}
    answer = portal.post(f"{API}link/claim", body, content_type="application/json")
    assert answer.json()["status"] == "linked"


def test_the_app_in_this_browser_is_linked_without_a_number(alice: Person, portal: Client) -> None:
    answer = portal.post(PAGE, {"phone": "new", "here": "1"})
    claim_here(portal, answer["Location"])
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8", "Pixel 9"]


def test_a_linked_phone_can_be_chosen(alice: Person, portal: Client) -> None:
    assert "Pixel 8" in seen(portal.get(PAGE))
    answer = portal.post(PAGE, {"phone": alice.phone.public_id, "here": "1"})
    claim_here(portal, answer["Location"])
    assert alice.user.installations.get().phone == alice.phone
    assert "Pixel 8, to set up its app again" in seen(portal.get(PAGE))


def test_a_suspended_phone_cannot(alice: Person, portal: Client) -> None:
    give_phone(alice, "Tablet")
    Phone.objects.filter(name="Pixel 8").update(suspended_at=timezone.now())
    assert "Pixel 8" not in seen(portal.get(PAGE))
    answer = portal.post(PAGE, {"phone": alice.phone.public_id})
    assert answer.status_code == 200
    assert not LinkRequest.objects.exists()


def test_a_phone_of_somebody_else_cannot(alice: Person, bob: Person, portal: Client) -> None:
    assert portal.post(PAGE, {"phone": bob.phone.public_id}).status_code == 200
    assert not LinkRequest.objects.exists()


def test_without_a_phone_only_a_name_is_asked(pia: Person, client: Client) -> None:
    enter(client, pia, Strength.RECOVERED)
    assert "Which phone is it?" not in seen(client.get(PAGE))
    assert client.post(PAGE, {"name": ""})["Location"].startswith(PAGE)


def test_beyond_the_most_phones_it_is_refused(
    alice: Person, portal: Client, settings: Settings
) -> None:
    settings.PHONES_A_PERSON = 1
    assert "Unlink one first." in seen(portal.post(PAGE, {"phone": "new"}))
    assert not LinkRequest.objects.exists()
    assert portal.post(PAGE, {"phone": alice.phone.public_id}).status_code == 302


def test_codes_are_not_made_without_end(portal: Client) -> None:
    for _each in range(settings.APP_LINKS_A_QUARTER_HOUR):
        assert portal.post(PAGE, {"phone": "new"}).status_code == 302
    answer = portal.post(PAGE, {"phone": "new"})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"]


def test_a_password_alone_does_not_do(carol: Person, client: Client) -> None:
    enter(client, carol, Strength.PASSWORD)
    for path in (PAGE, f"{PAGE}recover/"):
        assert client.get(path)["Location"].startswith("/confirm/")
