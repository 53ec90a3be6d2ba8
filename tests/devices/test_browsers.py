"""Signing out browsers from elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from devices.models import Session
from tests.people import Person, enter


@pytest.fixture
def inside(client: Client, alice: Person, clock: time_machine.Traveller) -> Client:
    return enter(client, alice, Strength.TWO_STEP)


@pytest.fixture
def other(new_client: Any, alice: Person, inside: Client) -> Client:
    browser: Client = new_client()
    return enter(browser, alice, Strength.RECOVERED)


def url_of(browser: Client) -> str:
    public_id = browser.session.public_id  # type: ignore[attr-defined] # it is our engine's
    return f"/devices/browsers/{public_id}/end/"


def test_one_browser_is_signed_out_at_once(inside: Client, other: Client, alice: Person) -> None:
    assert inside.get(url_of(other)).status_code == 200
    assert other.get("/devices/").status_code == 200
    assert inside.post(url_of(other))["Location"] == "/devices/"
    assert other.get("/devices/")["Location"].startswith("/sign-in/")
    assert alice.kinds() == ["session:ended"]


def test_this_browser_can_be_signed_out_as_well(inside: Client, alice: Person) -> None:
    assert inside.post(url_of(inside))["Location"] == "/sign-in/"
    assert not Session.objects.of(alice.user).exists()


def test_ending_asks_for_a_recent_proof(
    inside: Client, other: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(settings.STEP_UP_AGE + timedelta(seconds=1))
    assert inside.post(url_of(other))["Location"].startswith("/confirm/")
    assert inside.post("/devices/browsers/end-others/")["Location"].startswith("/confirm/")
    assert other.get("/devices/").status_code == 200


def test_a_strangers_browser_is_not_found(
    inside: Client, other: Client, new_client: Any, bob: Person
) -> None:
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    assert stranger.get(url_of(other)).status_code == 404
    assert stranger.post(url_of(other)).status_code == 404
    assert other.get("/devices/").status_code == 200


def test_every_other_browser_is_signed_out(
    inside: Client, other: Client, new_client: Any, alice: Person, bob: Person
) -> None:
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    page = inside.get("/devices/browsers/end-others/")
    assert "1 other browser" in page.content.decode()
    page = inside.post("/devices/browsers/end-others/", follow=True)
    assert "1 other browser is signed out." in page.content.decode()
    assert other.get("/devices/")["Location"].startswith("/sign-in/")
    assert stranger.get("/devices/").status_code == 200
    assert alice.kinds() == ["sessions:ended"]
