"""What happens, and who is told, when the clock of the host steps back."""

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import housekeeping
from accounts.checks import check_clock
from accounts.models import SecurityEvent
from tests.people import Person

Traveller = time_machine.Traveller


def sign_in(client: Client, person: Person, code: str) -> bool:
    client.post("/sign-in/", {"email": person.address, "password": person.password})
    client.post("/sign-in/authenticator/", {"code": code})
    return bool(client.get("/security/").status_code == 200)


def test_operators_are_told(
    client: Client, alice: Person, clock: Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    assert sign_in(client, alice, alice.fresh_code())
    housekeeping.run()
    assert not check_clock()
    clock.shift(-timedelta(seconds=20))  # two hosts are never quite together
    assert not check_clock()
    clock.shift(-timedelta(minutes=5))
    assert [problem.id for problem in check_clock()] == ["accounts.W102"]
    assert "320 s behind" in check_clock()[0].msg
    with caplog.at_level(logging.CRITICAL):
        housekeeping.run()
    assert "320 s behind events up to" in caplog.text


def test_the_site_is_not_ready_until_the_clock_has_caught_up(
    client: Client, alice: Person, clock: Traveller
) -> None:
    """What happens after the step back is dated earlier, and hides nothing."""
    assert sign_in(client, alice, alice.fresh_code())
    clock.shift(-timedelta(seconds=30))
    assert client.get("/readyz").status_code == 200
    clock.shift(-timedelta(hours=1))
    client.post("/sign-in/", {"email": alice.address, "password": "not the right password"})
    answer = client.get("/readyz")
    last = SecurityEvent.objects.filter(at__gt=timezone.now()).latest("pk")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.content.decode() == f"the clock is 3630 s behind events up to {last.pk}"
    assert [problem.id for problem in check_clock()] == ["accounts.W102"]
    clock.shift(timedelta(hours=1))
    assert client.get("/readyz").content == b"ok"


def test_an_operator_says_that_the_clock_was_ahead(
    client: Client, alice: Person, clock: Traveller, settings: Settings
) -> None:
    clock.shift(timedelta(days=400))
    assert sign_in(client, alice, alice.fresh_code())
    clock.shift(-timedelta(days=400))
    reason = client.get("/readyz").content.decode()
    settings.CLOCK_WAS_AHEAD = int(reason.rpartition(" ")[2])
    assert client.get("/readyz").status_code == 200
    client.post("/sign-in/", {"email": alice.address, "password": "not the right password"})
    clock.shift(-timedelta(hours=1))
    assert "the clock is 3600 s behind" in client.get("/readyz").content.decode()


def test_nothing_is_said_without_events(clock: Traveller, db: None) -> None:
    assert not SecurityEvent.objects.exists()
    assert not check_clock()


@pytest.mark.parametrize("back", [30, 60, 3600])
def test_a_code_that_was_used_is_not_taken_again(
    client: Client, new_client: Any, alice: Person, clock: Traveller, back: int
) -> None:
    code = alice.code()
    assert sign_in(client, alice, code)
    clock.shift(-timedelta(seconds=back))
    assert not sign_in(new_client(), alice, code)
    assert not sign_in(new_client(), alice, alice.code())  # of a step before the one that was used
