"""A message that is tried again says what it said before: the first one may have arrived too."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.activity.notifications import compose
from core.outbox import Undeliverable
from core.outbox.delivery import Outcome, deliver
from core.outbox.models import Message
from tests.accounts.helpers import ask, code_to, mailbox, type_code, type_password
from tests.people import Person
from tests.portal.test_key_rotation import run

LINK = re.compile(r"https://\S+/password/reset/\S+")


def newest() -> Message:
    return Message.objects.order_by("-pk")[0]


def delivered() -> Outcome:
    message = Message.objects.all().claim()
    assert message
    return deliver(message)


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found
    return found[0]


def test_a_code_is_the_same_in_each_try_and_right(client: Client, alice: Person) -> None:
    type_password(client, alice)
    ask(client, mailbox(alice))
    first = code_to(mailbox(alice).address)
    again = [compose(newest()).text for _each in range(3)]
    assert all(first in text for text in again)
    assert type_code(client, first).status_code == 302


def test_it_stays_the_same_while_the_keys_are_rotated(
    client: Client, alice: Person, settings: LazySettings
) -> None:
    type_password(client, alice)
    ask(client, mailbox(alice))
    first = code_to(mailbox(alice).address)
    settings.SEALING_KEYS = [run("sealing_key"), *settings.SEALING_KEYS]
    assert first in compose(newest()).text
    assert type_code(client, first).status_code == 302


def test_codes_of_different_messages_differ(client: Client, alice: Person, bob: Person) -> None:
    seen = set()
    for person in (alice, bob):
        type_password(client, person)
        ask(client, mailbox(person))
        seen.add(code_to(mailbox(person).address))
    assert len(seen) == 2


def test_a_reset_link_is_the_same_in_each_try(client: Client, carol: Person) -> None:
    client.post("/password/reset/", {"email": carol.address})
    first, again = (link_in(compose(newest()).text) for _each in range(2))
    assert first == again
    assert client.get(first.partition("testserver")[2], follow=True).status_code == 200


def test_a_late_try_brings_no_older_link_back(client: Client, carol: Person) -> None:
    client.post("/password/reset/", {"email": carol.address})
    older = newest()
    link = link_in(compose(older).text)
    client.post("/password/reset/", {"email": carol.address})
    compose(newest())
    with pytest.raises(Undeliverable, match="newer link"):
        compose(older)
    answer: Any = client.get(link.partition("testserver")[2], follow=True)
    assert "new_password" not in answer.content.decode()


def test_a_gateway_that_never_answers_is_paid_twice_at_most(
    settings: LazySettings, client: Client, alice: Person, silent_gateway: list[str]
) -> None:
    settings.OUTBOX_DELIVERY = "worker"
    type_password(client, alice)
    ask(client, alice.user.phone_numbers.get(), at="/sign-in/sms/")
    assert delivered() == Outcome.RETRY
    Message.objects.update(next_attempt_at=newest().created_at)
    assert delivered() == Outcome.FAILED
    assert len(set(silent_gateway)) == 1
    assert len(silent_gateway) == 2
