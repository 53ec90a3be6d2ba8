"""Six digits by mail or text message: how long, how often, for which flow."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.models import SentCode
from core.outbox.models import Message
from tests.accounts.helpers import (
    ask,
    code_to,
    is_in,
    mailbox,
    mails_to,
    other_than,
    seen,
    type_code,
    type_password,
)
from tests.people import Person

SECOND = timedelta(seconds=1)
PAUSE = settings.SENT_CODE_PAUSE
NOT_RIGHT = "This code is wrong, already used or too old."


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


@pytest.fixture
def half(client: Client, alice: Person) -> Client:
    """A browser in which the password was typed and a code asked for."""
    type_password(client, alice)
    ask(client, mailbox(alice))
    return client


def test_the_page_says_where_the_code_went_and_what_became_of_it(
    half: Client, alice: Person
) -> None:
    words = seen(half.get("/sign-in/email/"))
    assert f"{alice.address[0]}••••@latchkey.example" in words
    assert "Handed to the mail server just now." in words
    fate = half.get("/sign-in/email/fate/").json()
    assert fate["state"] == "handed_over"
    assert fate["resend_in"] == int(PAUSE.total_seconds())


def test_the_code_is_in_the_text_and_nowhere_else(half: Client, alice: Person) -> None:
    code = code_to(alice.address)
    (sent,) = mail.outbox
    row, message = SentCode.objects.get(), Message.objects.get()
    assert code in sent.body
    assert code not in sent.subject
    assert code not in f"{vars(row)}{vars(message)}"
    assert code not in half.get("/sign-in/email/").content.decode()
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_code_is_good_for_ten_minutes(
    half: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    clock.shift(settings.SENT_CODE_AGE - SECOND)
    type_code(half, code_to(alice.address))
    assert is_in(half)


def test_a_code_is_dead_after_ten_minutes(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, alice)
    ask(client, mailbox(alice))
    code = code_to(alice.address)
    SentCode.objects.update(expires_at=SentCode.objects.get().expires_at - timedelta(minutes=1))
    clock.shift(settings.SENT_CODE_AGE - timedelta(minutes=1))
    assert NOT_RIGHT in seen(type_code(client, code))
    assert not is_in(client)


def test_five_wrong_tries_kill_a_code(
    half: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    code = code_to(alice.address)
    for _each in range(settings.SENT_CODE_TRIES):
        assert NOT_RIGHT in seen(type_code(half, other_than(code)))
    clock.shift(settings.FAILURE_WAIT)
    assert NOT_RIGHT in seen(type_code(half, code))
    assert not is_in(half)


def test_four_wrong_tries_do_not(half: Client, alice: Person) -> None:
    code = code_to(alice.address)
    for _each in range(settings.SENT_CODE_TRIES - 1):
        type_code(half, other_than(code))
    type_code(half, code)
    assert is_in(half)


def test_a_code_is_good_once(half: Client, alice: Person) -> None:
    code = code_to(alice.address)
    type_code(half, code)
    assert is_in(half)
    assert SentCode.objects.get().used_at
    half.post("/sign-out/")
    type_password(half, alice)
    type_code(half, code)
    assert not is_in(half)


def test_the_next_code_waits_for_a_minute(
    half: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    answer = ask(half, mailbox(alice))
    assert answer.status_code == 429
    assert answer["Retry-After"] == str(int(PAUSE.total_seconds()))
    clock.shift(PAUSE)
    assert ask(half, mailbox(alice)).status_code == 302
    assert len(mails_to(alice.address)) == 2


def test_a_refused_request_for_a_code_counts_as_no_failure(half: Client, alice: Person) -> None:
    for _each in range(settings.FAILURES_BEFORE_WAIT + 1):
        ask(half, mailbox(alice))
    type_code(half, code_to(alice.address))
    assert is_in(half)


def test_three_codes_in_a_quarter_of_an_hour_are_the_most(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    type_password(client, alice)
    for _each in range(settings.SENT_CODES_A_QUARTER_HOUR):
        assert ask(client, mailbox(alice)).status_code == 302
        clock.shift(PAUSE)
    answer = ask(client, mailbox(alice))
    assert answer.status_code == 429
    rest = timedelta(minutes=15) - PAUSE * settings.SENT_CODES_A_QUARTER_HOUR
    assert answer["Retry-After"] == str(int(rest.total_seconds()))
    assert len(mails_to(alice.address)) == settings.SENT_CODES_A_QUARTER_HOUR
    other = alice.user.email_addresses.verified().order_by("pk")[1]
    assert ask(client, other).status_code == 302


def test_ten_codes_a_day_are_the_most(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    for _each in range(settings.SENT_CODES_A_DAY):
        type_password(client, alice)
        assert ask(client, mailbox(alice)).status_code == 302
        clock.shift(timedelta(minutes=15))
    type_password(client, alice)
    assert ask(client, mailbox(alice)).status_code == 429
    clock.shift(timedelta(days=1))
    type_password(client, alice)
    assert ask(client, mailbox(alice)).status_code == 302


def test_a_new_code_kills_the_old_one(
    half: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    old = code_to(alice.address)
    clock.shift(PAUSE)
    ask(half, mailbox(alice))
    new = code_to(alice.address)
    if old != new:
        assert NOT_RIGHT in seen(type_code(half, old))
    type_code(half, new)
    assert is_in(half)


def test_a_new_code_keeps_the_failures(
    half: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        type_code(half, other_than(code_to(alice.address)))
    ask(half, mailbox(alice))
    assert type_code(half, code_to(alice.address)).status_code == 429


def test_a_code_asked_for_in_one_browser_is_refused_in_another(
    half: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    other, code = new_client(), code_to(alice.address)
    type_password(other, alice)
    assert NOT_RIGHT in seen(type_code(other, code))
    assert not is_in(other)
    type_code(half, code)
    assert is_in(half)


def test_a_code_for_signing_in_confirms_nothing_else(
    half: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    other = new_client()
    type_password(other, alice)
    type_code(other, alice.fresh_code(), "/sign-in/authenticator/")
    type_code(other, code_to(alice.address), "/confirm/email/")
    assert "step_up:passed" not in alice.kinds()
    assert alice.kinds()[-1] == "step_up:failed"


def test_a_code_by_mail_is_no_code_by_text(half: Client, alice: Person) -> None:
    type_code(half, code_to(alice.address), "/sign-in/sms/")
    assert not is_in(half)


def test_a_code_whose_mailbox_was_removed_meanwhile_is_refused(
    client: Client, alice: Person
) -> None:
    second = alice.user.email_addresses.verified().order_by("pk")[1]
    type_password(client, alice)
    ask(client, second)
    code = code_to(second.address)
    second.delete()
    assert NOT_RIGHT in seen(type_code(client, code))
    assert not is_in(client)


def test_somebody_elses_code_is_refused(
    half: Client, new_client: Callable[..., Client], alice: Person, bob: Person
) -> None:
    other = new_client()
    type_password(other, bob)
    ask(other, mailbox(bob))
    if code_to(bob.address) != code_to(alice.address):
        type_code(half, code_to(bob.address))
        assert not is_in(half)
    type_code(other, code_to(bob.address))
    assert is_in(other)


@pytest.mark.parametrize("words", ["Requested:", "Wasn’t you?", "It works once"])
def test_the_mail_says_what_it_is_for(half: Client, alice: Person, words: str) -> None:
    assert words in mails_to(alice.address)[-1]
