"""Codes go before notices, and the notices of one minute go together."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.conf import settings as policy
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.factors import sent_codes
from accounts.authentication.proofs import Strength
from accounts.models import EventKind
from core.outbox import worker
from core.outbox.delivery import deliver
from core.outbox.models import Channel, Message
from core.web.http import RequestOrigin
from tests.attacks.tools import html_of
from tests.people import Person, enter, give_phone

HERE = RequestOrigin("192.0.2.1", "Firefox")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _by_worker(settings: Settings, clock: time_machine.Traveller) -> None:
    settings.OUTBOX_DELIVERY = "worker"


def flood(person: Person, count: int) -> None:
    """Do as often what causes a mail to each address."""
    for number in range(count):
        events.record(
            person.user, EventKind.PHONE_LINKED, origin=Origin(HERE), phone=f"Phone {number}"
        )


def hand_over() -> None:
    """Deliver what is due, in the order of a worker and on the connection of the test."""
    while message := Message.objects.claim():
        deliver(message)


def send_code(address: str) -> None:
    delivery = sent_codes.Delivery("email", address)
    sent_codes.send(delivery, user=None, purpose="sign-up", binding="b" * 32, client=HERE)


def test_a_code_goes_before_notices_that_wait_for_longer(
    carol: Person, bob: Person, clock: time_machine.Traveller
) -> None:
    flood(carol, 3)
    clock.shift(5)
    send_code("new@latchkey.example")
    hand_over()
    assert mail.outbox[0].to[0] == "new@latchkey.example"
    assert len(mail.outbox) == 4


def test_the_notices_of_one_minute_go_in_one_mail(
    carol: Person, clock: time_machine.Traveller
) -> None:
    flood(carol, 1300)
    hand_over()
    assert len(mail.outbox) == policy.NOTICES_AT_ONCE
    assert Message.objects.count() == policy.NOTICES_AT_ONCE + 1
    clock.shift(MINUTE)
    hand_over()
    last = mail.outbox[policy.NOTICES_AT_ONCE :]
    assert len(last) == 1
    body, html = str(last[0].body), html_of(last[0])
    for words in (body, html):
        assert "In the same minute:" in words
        assert "Phone 3 linked" in words
        assert "Phone 4 linked" in words
        assert "and 1276 more" in words


def test_a_flood_that_goes_on_is_a_few_mails_a_minute(
    carol: Person, clock: time_machine.Traveller
) -> None:
    for _second in range(300):
        flood(carol, 1)
        hand_over()
        clock.shift(1)
    assert len(mail.outbox) <= 5 * (policy.NOTICES_AT_ONCE + 1)


def test_a_flood_of_one_delays_the_notice_of_nobody_else(carol: Person, bob: Person) -> None:
    flood(carol, 100)
    events.record(bob.user, EventKind.PASSWORD_CHANGED, origin=Origin(HERE))
    hand_over()
    assert bob.address in [message.to[0] for message in mail.outbox]


def test_slow_notices_leave_hands_for_codes(carol: Person, bob: Person) -> None:
    hands = worker.Hands(Event(), {Channel.EMAIL: 4})
    flood(carol, 3)
    flood(bob, 3)
    hands._held = {row.pk: row for row in Message.objects.filter(is_urgent=False)[:3]}
    assert hands._rows(Channel.EMAIL).count() == 0
    send_code("new@latchkey.example")
    assert hands._rows(Channel.EMAIL).get().recipient == "new@latchkey.example"


LOOPS: dict[str, Callable[[Client, Person], Any]] = {
    "phone": lambda client, _person: client.post("/devices/link/", {"name": "Pixel"}),
    "passkey": lambda client, _person: client.post("/devices/passkeys/add/", {"name": "Key"}),
    "way": lambda client, _person: client.post("/security/two-step/email/accept/"),
    "primary": lambda client, person: client.post(
        f"/security/contact/{person.user.email_addresses.get(address=person.address).public_id}/primary/"
    ),
}


@pytest.mark.parametrize("act", LOOPS.values(), ids=LOOPS)
def test_no_person_does_for_ever_what_causes_mail(
    alice: Person, bob: Person, new_client: Callable[..., Client], act: Any
) -> None:
    client = enter(new_client(), alice, Strength.TWO_STEP)
    answers = [act(client, alice).status_code for _each in range(policy.ACTS_A_PERSON_AN_HOUR + 1)]
    assert answers[-1] == 429
    assert 429 not in answers[:-1]
    again = enter(new_client(), alice, Strength.TWO_STEP)
    assert act(again, alice).status_code == 429, "another session of the same person"
    assert act(enter(new_client(), bob, Strength.TWO_STEP), bob).status_code != 429


def test_who_did_too_much_may_still_take_things_away(
    alice: Person, client: Client, new_client: Callable[..., Client]
) -> None:
    second = give_phone(alice, "Second").phone
    enter(client, alice, Strength.TWO_STEP)
    for _each in range(policy.ACTS_A_PERSON_AN_HOUR + 1):
        client.post("/devices/link/", {"name": ""})
    assert client.post(f"/devices/{second.public_id}/unlink/").status_code == 302
    assert client.post("/devices/browsers/end-others/").status_code == 302
