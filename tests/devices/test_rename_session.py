"""Naming a browser: in the list, in the activity, and at the next sign-in."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from devices.models import Session
from tests.people import Person, enter, sign_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def url_of(browser: Client) -> str:
    public_id = browser.session.public_id  # type: ignore[attr-defined] # it is our engine's
    return f"/devices/browsers/{public_id}/rename/"


@pytest.fixture
def firefox(new_client: Any) -> Client:
    browser: Client = new_client(headers={"User-Agent": FIREFOX})
    return browser


def test_this_browser_gets_a_name(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    page = client.post(url_of(client), {"name": "Laptop at work"}, follow=True)
    assert "The browser is now called Laptop at work." in page.content.decode()
    assert page.content.decode().count("Laptop at work</h3>") == 1
    event = alice.user.events.get()
    assert (event.kind, event.details["browser"]) == ("session:renamed", "Laptop at work")
    assert "Browser renamed to Laptop at work" in client.get("/security/activity/").content.decode()


def test_another_browser_gets_a_name_that_its_end_is_told_by(
    client: Client, firefox: Client, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    sign_in(firefox, alice)
    assert "Firefox on Linux" in client.get(url_of(firefox)).content.decode()
    client.post(url_of(firefox), {"name": "Kitchen"})
    client.post(url_of(firefox).replace("rename", "end"))
    assert alice.user.events.order_by("-pk")[0].details["browser"] == "Kitchen"


def test_the_name_is_there_again_at_the_next_sign_in(
    firefox: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    sign_in(firefox, alice)
    firefox.post(url_of(firefox), {"name": "Kitchen"})
    firefox.post("/sign-out/")
    clock.shift(timedelta(minutes=1))
    sign_in(firefox, alice)
    assert Session.objects.of(alice.user).get().name == "Kitchen"


def test_the_name_is_that_of_one_person_in_one_browser(
    firefox: Client, new_client: Any, alice: Person, bob: Person, clock: time_machine.Traveller
) -> None:
    sign_in(firefox, alice)
    firefox.post(url_of(firefox), {"name": "Kitchen"})
    firefox.post("/sign-out/")
    sign_in(firefox, bob)
    clock.shift(timedelta(minutes=1))
    sign_in(new_client(headers={"User-Agent": FIREFOX}), alice)
    assert {row.display_name for row in Session.objects.of(bob.user)} == {"Firefox on Linux"}
    assert {row.display_name for row in Session.objects.of(alice.user)} == {"Firefox on Linux"}


def test_the_same_name_is_no_event(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post(url_of(client), {"name": "Kitchen"})
    client.post(url_of(client), {"name": "Kitchen"})
    assert alice.kinds() == ["session:renamed"]


@pytest.mark.parametrize("name", ["", "  ", "\u202e", "x" * 61])
def test_a_name_that_cannot_be_seen_or_is_too_long_is_refused(
    client: Client, alice: Person, name: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.post(url_of(client), {"name": name}).status_code == 200
    assert alice.kinds() == []


def test_a_strangers_browser_is_not_found(
    client: Client, firefox: Client, alice: Person, bob: Person
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    sign_in(firefox, alice)
    assert client.get(url_of(firefox)).status_code == 404
    assert client.post(url_of(firefox), {"name": "Mine"}).status_code == 404
    assert Session.objects.of(alice.user).get().display_name == "Firefox on Linux"


def test_it_asks_for_a_recent_proof(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(settings.STEP_UP_AGE + timedelta(seconds=1))
    assert client.post(url_of(client), {"name": "x"})["Location"].startswith("/confirm/")
    assert alice.kinds() == []


def test_a_name_is_inert_text(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    page = client.post(url_of(client), {"name": "<b>{{7*7}}%s"}, follow=True).content.decode()
    assert "&lt;b&gt;{{7*7}}%s" in page
    assert "<b>{{" not in page
