"""The one-time link that stands for a code by e-mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import OneTimeLink
from tests.accounts.helpers import seen, type_password
from tests.links import open_link
from tests.people import Person

SECOND = timedelta(seconds=1)


@pytest.fixture
def path(clock: time_machine.Traveller, carol: Person) -> str:
    """A fresh link for carol."""
    link = OneTimeLink.make(carol.user, "set-up", settings.SET_UP_LINK_AGE)
    return f"/set-up/link/#{link.draw()}"


def test_the_link_and_the_password_open_the_linking_of_a_phone(
    client: Client, carol: Person, path: str
) -> None:
    assert open_link(client, path)["Location"] == "/set-up/"
    assert client.get("/set-up/")["Location"] == "/sign-in/?next=/set-up/"
    assert type_password(client, carol, next="/set-up/")["Location"] == "/set-up/"
    assert "Link my phone" in seen(client.get("/set-up/"))
    assert client.post("/set-up/")["Location"] == "/devices/link/"
    assert client.get("/devices/link/").status_code == 200


def test_the_link_without_the_password_opens_nothing(client: Client, path: str) -> None:
    open_link(client, path)
    assert client.post("/set-up/")["Location"].startswith("/sign-in/")
    assert client.get("/security/").status_code == 302


def test_the_link_works_once(
    client: Client, new_client: Callable[..., Client], carol: Person, path: str
) -> None:
    for browser in (client, new_client()):
        open_link(browser, path)
        type_password(browser, carol)
        open_link(browser, path)
        browser.post("/set-up/")
    assert client.get("/devices/link/").status_code == 200
    assert "for=mailbox" in browser.get("/devices/link/")["Location"]
    assert "This link no longer works." in seen(browser.get("/security/two-step/"))


def test_looking_uses_nothing_up(client: Client, carol: Person, path: str) -> None:
    type_password(client, carol)
    for _each in range(2):
        open_link(client, path)
        client.get("/set-up/")
    assert OneTimeLink.objects.live().exists()
    assert "for=mailbox" in client.get("/devices/link/")["Location"]


def test_the_link_lasts_ten_minutes(
    client: Client, carol: Person, path: str, clock: time_machine.Traveller
) -> None:
    type_password(client, carol)
    open_link(client, path)
    clock.shift(settings.SET_UP_LINK_AGE - SECOND)
    assert client.get("/set-up/").status_code == 200
    clock.shift(SECOND)
    assert client.get("/set-up/")["Location"] == "/security/two-step/"


def test_the_link_of_somebody_else_is_refused(client: Client, bob: Person, path: str) -> None:
    bob.user.turn_two_step_off()
    type_password(client, bob)
    open_link(client, path)
    assert client.post("/set-up/")["Location"] == "/security/two-step/"
    assert OneTimeLink.objects.live().exists()


def test_a_reset_link_is_no_set_up_link(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    link = OneTimeLink.make(carol.user, "reset", settings.PASSWORD_RESET_AGE)
    type_password(client, carol)
    assert "no longer works" in seen(open_link(client, f"/set-up/link/#{link.draw()}"))
    assert client.get("/set-up/")["Location"] == "/security/two-step/"
    assert OneTimeLink.objects.live().exists()
