"""Creating an account: nothing is written before a code proves the address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as numbers
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.authentication.proofs import Strength
from accounts.models import User
from tests.accounts.helpers import (
    code_to,
    cookie_of,
    is_in,
    level_of,
    mailbox,
    mails_to,
    other_than,
    seen,
    type_password,
)
from tests.live import fresh_address
from tests.people import PASSWORD, Person, enter

PAGE = "/sign-up/"
CONFIRM = "/sign-up/confirm/"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def sign_up(client: Client, address: str, **more: str) -> Any:
    return client.post(PAGE, {"email": address, "name": "Pia", "password": PASSWORD, **more})


def test_a_code_makes_the_account_and_signs_in(client: Client, db: None) -> None:
    address = fresh_address("pia")
    assert sign_up(client, address)["Location"] == CONFIRM
    assert address in seen(client.get(CONFIRM))
    assert not User.objects.exists()
    before = cookie_of(client)
    answer = client.post(CONFIRM, {"code": code_to(address)})
    assert answer["Location"] == "/security/"
    assert "Your account is ready." in seen(client.get("/security/"))
    assert cookie_of(client) != before
    pia = Person(User.objects.get(email=address))
    assert mailbox(pia).address == address
    assert pia.kinds() == ["account:created", "sign_in:password"]
    assert pia.user.check_password(PASSWORD)


def test_a_new_account_may_link_a_phone_at_once(client: Client, db: None) -> None:
    address = fresh_address("pia")
    sign_up(client, address)
    client.post(CONFIRM, {"code": code_to(address)})
    assert client.get("/devices/link/").status_code == 200


def test_the_password_waits_only_as_a_hash(client: Client, db: None) -> None:
    sign_up(client, fresh_address())
    assert PASSWORD not in str(dict(client.session.items()))


def test_closed_means_there_is_no_such_page(client: Client, db: None, settings: Settings) -> None:
    assert "Create an account" in seen(client.get("/sign-in/"))
    settings.SIGN_UP_OPEN = False
    assert client.get(PAGE).status_code == 404
    assert sign_up(client, fresh_address()).status_code == 404
    assert client.get(CONFIRM)["Location"] == "/sign-in/"
    assert "Create an account" not in seen(client.get("/sign-in/"))
    assert not mail.outbox


def test_a_known_address_is_not_told_apart(
    new_client: Callable[..., Client], carol: Person
) -> None:
    free, taken = new_client(), new_client()
    address = fresh_address("carol")
    answers = [sign_up(free, address), sign_up(taken, carol.address)]
    assert len({(each.status_code, each["Location"], each.content) for each in answers}) == 1
    pages = [seen(free.get(CONFIRM)), seen(taken.get(CONFIRM))]
    assert pages[0].replace(address, "…") == pages[1].replace(carol.address, "…")
    fates = [browser.get(f"{CONFIRM}fate/").json() for browser in (free, taken)]
    assert fates[0] == fates[1]
    wrong = other_than(code_to(address))
    answers = [browser.post(CONFIRM, {"code": wrong}) for browser in (free, taken)]
    pages = [seen(each) for each in answers]
    assert pages[0].replace(address, "…") == pages[1].replace(carol.address, "…")


def test_the_owner_of_a_known_address_is_told_and_nothing_changes(
    client: Client, carol: Person
) -> None:
    sign_up(client, carol.address.upper(), password="nine small boats upon a lake")
    (words,) = mails_to(carol.address)
    assert "you already have an account" in words
    assert User.objects.count() == 1
    assert carol.reload().check_password(PASSWORD)
    assert carol.kinds() == []


@pytest.mark.parametrize("second", [False, True])
def test_a_lookalike_of_a_known_address_gets_no_account_and_no_word(
    client: Client, sue: Person, second: bool
) -> None:
    known = sue.address
    if second:
        known = fresh_address("spare")
        sue.user.email_addresses.create(address=known, verified_at=sue.user.date_joined)
    lookalike = known.replace("s", "ſ", 1)
    sign_up(client, lookalike)
    assert not mails_to(lookalike)
    assert "you already have an account" in mails_to(known)[-1]
    client.post(CONFIRM, {"code": "000000"})
    assert User.objects.count() == 1


def test_an_address_that_is_somebodys_second_one_makes_no_account(
    client: Client, alice: Person
) -> None:
    second = alice.user.email_addresses.order_by("-pk")[0]
    sign_up(client, second.address)
    assert "you already have an account" in mails_to(second.address)[-1]
    assert User.objects.count() == 1


def test_of_two_browsers_confirming_one_address_one_wins(
    new_client: Callable[..., Client], db: None, clock: time_machine.Traveller
) -> None:
    address, codes = fresh_address("pia"), []
    browsers = [new_client(), new_client()]
    for browser, password in zip(browsers, (PASSWORD, "nine small boats upon"), strict=True):
        sign_up(browser, address, password=password)
        codes.append(code_to(address))
        clock.shift(numbers.SENT_CODE_PAUSE)
    answers = [
        browser.post(CONFIRM, {"code": code}) for browser, code in zip(browsers, codes, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [302, 200]
    assert "This code is wrong" in seen(answers[1])
    assert User.objects.get().check_password(PASSWORD)
    assert not is_in(browsers[1])


def test_a_code_of_one_browser_is_refused_in_another(
    new_client: Callable[..., Client], db: None, clock: time_machine.Traveller
) -> None:
    address = fresh_address("pia")
    first, second = new_client(), new_client()
    sign_up(first, address)
    code = code_to(address)
    clock.shift(numbers.SENT_CODE_PAUSE)
    sign_up(second, address)
    if code != code_to(address):
        second.post(CONFIRM, {"code": code})
        assert not User.objects.exists()
    first.post(CONFIRM, {"code": code})
    assert is_in(first)


def test_the_hour_over_one_begins_again(
    client: Client, db: None, clock: time_machine.Traveller
) -> None:
    address = fresh_address("pia")
    sign_up(client, address)
    clock.shift(numbers.CONTACT_CONFIRM_AGE - timedelta(seconds=1))
    assert client.get(CONFIRM).status_code == 200
    client.post(CONFIRM, {"send": "again"})
    clock.shift(2)
    assert client.post(CONFIRM, {"code": code_to(address)})["Location"] == PAGE
    assert not User.objects.exists()


def test_another_code_may_be_asked_for_after_a_minute(
    client: Client, db: None, clock: time_machine.Traveller
) -> None:
    address = fresh_address("pia")
    sign_up(client, address)
    assert client.post(CONFIRM, {"send": "again"}).status_code == 429
    clock.shift(numbers.SENT_CODE_PAUSE)
    assert client.post(CONFIRM, {"send": "again"})["Location"] == CONFIRM
    client.post(CONFIRM, {"code": code_to(address)})
    assert is_in(client)


def test_strangers_cannot_use_up_the_codes_of_a_person(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    sign_up(client, alice.address)
    half = new_client()
    type_password(half, alice)
    answer = half.post("/sign-in/email/", {"send": str(mailbox(alice).public_id)})
    assert answer.status_code == 302


def test_no_step_is_skipped(client: Client, db: None) -> None:
    assert client.post(CONFIRM, {"code": "123456"})["Location"] == PAGE
    assert client.get(f"{CONFIRM}fate/").status_code == 404
    sign_up(client, fresh_address())
    for data in ({}, {"code": ""}, {"code": "null", "is_staff": "1"}):
        client.post(CONFIRM, data)
    assert not User.objects.exists()


def test_more_fields_than_asked_for_are_ignored(client: Client, db: None) -> None:
    address = fresh_address("pia")
    more = {"is_staff": "1", "is_superuser": "1", "two_step_since": "2020-01-01", "id": "1"}
    sign_up(client, address, **more)
    client.post(CONFIRM, {"code": code_to(address), **more})
    pia = User.objects.get(email=address)
    assert not pia.is_staff
    assert not pia.is_superuser
    assert not pia.has_two_step
    assert level_of(client) == Strength.RECOVERED


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "no address", "Enter a valid email address."),
        ("password", "short", "Use at least"),
        ("name", "x" * 101, "at most 100 characters"),
    ],
)
def test_a_mistake_is_told_and_what_was_typed_is_kept(
    client: Client, db: None, field: str, value: str, words: str
) -> None:
    typed = {"email": "pia@latchkey.example", "name": "Pia", "password": PASSWORD, field: value}
    answer = client.post(PAGE, typed)
    assert words in seen(answer)
    assert "Pia" in answer.content.decode() or field == "name"
    assert PASSWORD not in answer.content.decode()
    assert not mail.outbox


def test_who_is_signed_in_needs_no_account(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert client.get(PAGE)["Location"] == "/security/"
