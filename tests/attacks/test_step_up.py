"""Step-ups, sessions without proofs, and the hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from core.outbox.sms import SentText
from tests.attacks.tools import ask_for_code, code_in, level, start
from tests.people import Person, enter

Clock = Any
STEPS = ("authenticator", "email", "sms", "recovery-code")


@pytest.mark.parametrize("wanted", ["nothing", "password", "recovered", "mailbox", "x", ""])
def test_what_the_link_asks_for_does_not_weaken_the_act(
    alice: Person, client: Client, clock: Clock, wanted: str
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    clock.shift(settings.STEP_UP_AGE + timedelta(minutes=1))
    base = f"/confirm/email/?next=/security/two-step/off/&for={wanted}"
    code = ask_for_code(client, alice, base)
    assert client.post(base, {"code": code})["Location"] == "/security/two-step/off/"
    answer = client.post("/security/two-step/off/")
    assert answer["Location"].startswith("/confirm/?")
    assert alice.reload().has_two_step


@pytest.mark.parametrize("slug", ["email", "sms", "recovery-code"])
def test_the_strong_step_up_takes_no_weak_step(alice: Person, client: Client, slug: str) -> None:
    enter(client, alice, Strength.RECOVERED)
    target = alice.user.email_addresses.order_by("pk")[0].public_id
    for form in ({"send": str(target)}, {"code": alice.codes[0]}):
        client.post(f"/confirm/{slug}/?for=two-step", form)
    assert not mail.outbox
    assert level(client) == Strength.RECOVERED


def test_two_sent_codes_are_no_strong_proof(
    alice: Person, client: Client, texts: list[SentText]
) -> None:
    enter(client, alice, Strength.RECOVERED)
    number = alice.user.phone_numbers.get()
    client.post("/confirm/sms/", {"send": str(number.public_id)})
    client.post("/confirm/sms/", {"code": code_in(texts[-1].text)})
    client.post("/confirm/recovery-code/", {"code": alice.codes[0]})
    assert level(client) == Strength.RECOVERED
    assert client.post("/security/two-step/off/").status_code == 302
    assert alice.reload().has_two_step


def test_a_step_up_by_password_is_not_there_with_two_step_on(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.RECOVERED)
    answer = client.post("/confirm/?for=password&next=/devices/", {"password": alice.password})
    assert answer["Location"].startswith("/confirm/")
    assert level(client) == Strength.RECOVERED


def test_the_hold_outlives_the_session_that_caused_it(
    alice: Person, new_client: Callable[..., Client], clock: Clock
) -> None:
    thief = enter(new_client(), alice, Strength.RECOVERED)
    answer = thief.post("/devices/link/", {"name": "Mine"})
    phone = alice.user.phones.get(name="Mine")
    right = phone.authenticators.get().code_at
    step = int(timezone.now().timestamp() // 30)
    assert thief.post(answer["Location"], {"code": right(step)}).status_code == 302
    clock.shift(timedelta(minutes=2))
    again = new_client()
    start(again, alice)
    again.post("/sign-in/authenticator/", {"code": right(step + 4)})
    assert level(again) == Strength.RECOVERED
    for path in ("/security/two-step/off/", "/security/contact/addresses/add/"):
        assert again.post(path)["Location"].startswith("/confirm/?")
    other = alice.user.phones.exclude(name="Mine").get()
    assert again.post(f"/devices/{other.public_id}/unlink/").status_code == 302
    assert alice.user.phones.filter(pk=other.pk).exists()


def test_a_held_phone_does_not_end_its_own_hold(
    alice: Person, client: Client, clock: Clock
) -> None:
    enter(client, alice, Strength.RECOVERED)
    answer = client.post("/devices/link/", {"name": "Mine"})
    mine = alice.user.phones.get(name="Mine").authenticators.get()
    step = int(timezone.now().timestamp() // 30)
    client.post(answer["Location"], {"code": mine.code_at(step)})
    clock.shift(timedelta(minutes=2))
    base = "/confirm/authenticator/?for=recovered"
    assert client.post(base, {"code": mine.code_at(step + 4)}).status_code == 302
    mine.refresh_from_db()
    assert mine.is_held
    assert level(client) == Strength.RECOVERED
