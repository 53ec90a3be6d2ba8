"""A code for "this browser" links without a number only where the portal's page left its word."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from devices.models import Installation
from tests.conftest import SecureClient
from tests.people import Person, enter
from tests.phones import API, base64url

PAGE = "/devices/app/"


@pytest.fixture
def portal(alice: Person, client: Client) -> Client:
    """A browser in which alice is signed in."""
    enter(client, alice, Strength.TWO_STEP)
    return client


def code_here(portal: Client) -> str:
    """Press the button that links this very browser."""
    return portal.post(PAGE, {"phone": "new", "here": "1"})["Location"].rpartition("/")[2]


def call(browser: Client, path: str, **body: str) -> Any:
    return browser.post(f"{API}{path}", body, content_type="application/json").json()


def claim(browser: Client, code: str) -> Any:
    device = base64url(b"d" * 32)
    return call(browser, "link/claim", code=code, name="Pixel 9", device=device)


def test_in_this_browser_the_press_was_the_confirmation(portal: Client, alice: Person) -> None:
    code = code_here(portal)
    cookie = portal.cookies[settings.APP_LINK_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["secure"]
    assert call(portal, "link/look", code=code)["is_here"]
    assert claim(portal, code)["status"] == "linked"
    assert alice.user.installations.exists()


def test_a_link_that_was_sent_to_somebody_else_asks_for_the_number(
    portal: Client, alice: Person
) -> None:
    code, victim = code_here(portal), SecureClient()
    looked = call(victim, "link/look", code=code)
    assert (looked["is_here"], looked["address"]) == (False, alice.address)
    claimed = claim(victim, code)
    assert (claimed["status"], len(claimed["number"])) == ("waiting", 3)
    assert not Installation.objects.exists()


def test_the_word_of_another_code_is_none(
    portal: Client, bob: Person, alice: Person, new_client: Any
) -> None:
    code, his = code_here(portal), new_client()
    enter(his, bob, Strength.TWO_STEP)
    code_here(his)
    assert claim(his, code)["status"] == "waiting"
    assert not alice.user.installations.exists()
