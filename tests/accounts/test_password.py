"""Changing the password, and choosing a new one through a link."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.authentication.proofs import Strength
from accounts.authentication.throttling import STRANGER, password_budget
from accounts.models import OneTimeLink, SecurityEvent, User
from core.limits.counters import wait_after
from core.outbox.models import Message
from devices.models import Session
from tests.accounts.helpers import (
    addresses,
    ask,
    code_to,
    cookie_of,
    is_dead,
    is_in,
    mailbox,
    mails_to,
    recover,
    seen,
    told,
    type_code,
    type_password,
)
from tests.links import open_link
from tests.live import fresh_address
from tests.people import PASSWORD, Person, enter

CHANGE = "/security/password/"
RESET = "/password/reset/"
NEW = "/password/reset/new/"
NEW_PASSWORD = "nine small boats upon a lake"
LINK = re.compile(r"https://testserver(/password/reset/\S+)")
REFUSED = "This link does not work"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def change(client: Client, new: str = NEW_PASSWORD, old: str = PASSWORD) -> Any:
    return client.post(CHANGE, {"password": old, "new_password": new})


def link_to(address: str) -> str:
    """The path in the newest mail to an address that holds one."""
    return str([found for text in mails_to(address) for found in LINK.findall(text)][-1])


def reset(client: Client, address: str, new: str = NEW_PASSWORD) -> Any:
    """Ask for a link, follow it, and choose a password."""
    client.post(RESET, {"email": address})
    open_link(client, link_to(address))
    return client.post(NEW, {"new_password": new})


# --- Changing -----------------------------------------------------------------------------------


def test_a_changed_password_signs_every_other_browser_out(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    other = enter(new_client(), alice, Strength.TWO_STEP)
    enter(client, alice, Strength.TWO_STEP)
    old = cookie_of(client)
    assert change(client)["Location"] == "/security/contact/"
    assert is_in(client)
    assert is_dead(old)
    assert not is_in(other)
    assert alice.reload().check_password(NEW_PASSWORD)
    assert alice.kinds() == ["password:changed"]
    assert told("Password changed") == addresses(alice.user)


def test_the_present_password_is_asked_for(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    answer = change(client, old="not this one at all")
    assert "This is not your password." in seen(answer)
    assert carol.reload().check_password(PASSWORD)
    assert carol.kinds() == ["step_up:failed"]


WEAK = [
    ("fourteen chars", "Use at least 15 characters."),
    ("aaaaaaaaaaaaaaaaaaaa", "This password repeats itself"),
    ("abcdefabcdefabcdef", "This password repeats itself"),
    (" ".join(str(number) for number in range(400)), "This password is too long."),
    ("Latchkey-12345!", "This password is mostly “latchkey”"),
]


@pytest.mark.parametrize(("weak", "reason"), WEAK)
def test_a_weak_password_is_refused_with_the_reason(
    client: Client, carol: Person, weak: str, reason: str
) -> None:
    enter(client, carol, Strength.PASSWORD)
    answer = change(client, weak)
    assert reason in seen(answer)
    assert weak not in answer.content.decode()
    assert carol.reload().check_password(PASSWORD)


def test_ones_own_name_and_address_make_no_password(client: Client, carol: Person) -> None:
    User.objects.filter(pk=carol.user.pk).update(name="Carolina Vermeulen")
    enter(client, carol, Strength.PASSWORD)
    assert "is mostly “carolina vermeulen”" in seen(change(client, "Carolina Vermeulen1"))
    assert "is mostly" in seen(change(client, f"{carol.address}!"))


@pytest.mark.parametrize(
    "good",
    [
        "quiet hazel owl",
        "πάντα ῥεῖ καὶ οὐδὲν μένει",
        "🐎🦓🐄🐖🐏🐑🐐🐪🦙🦒🐘🦏🦛🐁🐀",
        "p" * 5 + " " * 5 + "quwer vintl gosh",
    ],
)
def test_fifteen_code_points_of_any_kind_are_enough(
    client: Client, carol: Person, good: str
) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert change(client, good).status_code == 302
    assert carol.reload().check_password(good)


def test_a_common_password_is_refused(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert "too common" in seen(change(client, "1Q2W3E4R5T6Y7U8I9O"))


def test_a_half_done_link_is_dead_after_the_password_changed(
    client: Client, new_client: Callable[..., Client], carol: Person
) -> None:
    half = new_client()
    half.post(RESET, {"email": carol.address})
    open_link(half, link_to(carol.address))
    enter(client, carol, Strength.PASSWORD)
    change(client)
    assert REFUSED in seen(half.get(NEW))


# --- Asking for a link --------------------------------------------------------------------------


def test_every_address_gets_the_same_answer_and_the_same_work(
    new_client: Callable[..., Client],
    carol: Person,
    settings: Any,
) -> None:
    settings.OUTBOX_DELIVERY = "worker"
    locked = User.objects.create_user(fresh_address("locked"), PASSWORD, is_active=False)
    new_client().post(RESET, {"email": fresh_address("warm")})
    answers = set()
    for address in (carol.address, locked.email, fresh_address("unknown")):
        with CaptureQueriesContext(connection) as asked:
            answer = new_client().post(RESET, {"email": address})
        answers.add((answer.status_code, answer["Location"], answer.content, len(asked)))
    assert len(answers) == 1
    assert Message.objects.filter(kind="reset:link").count() == 4


def test_unknown_and_locked_addresses_get_no_mail(client: Client, carol: Person) -> None:
    client.post(RESET, {"email": fresh_address("unknown")})
    User.objects.filter(pk=carol.user.pk).update(is_active=False)
    client.post(RESET, {"email": carol.address})
    assert not mail.outbox
    assert set(Message.objects.values_list("status", flat=True)) == {"failed"}
    User.objects.filter(pk=carol.user.pk).update(is_active=True)
    client.post(RESET, {"email": carol.address})
    assert told("choose a new password") == {carol.address}


def test_the_link_goes_to_the_address_as_it_was_stored(client: Client, sue: Person) -> None:
    lookalike = sue.address.replace("s", "ſ", 1)
    for typed in (sue.address.upper(), lookalike):
        client.post(RESET, {"email": typed})
        assert {sent.to[0] for sent in mail.outbox} == {sue.address}
    assert len(mail.outbox) == 2


def test_one_network_may_ask_only_so_often(client: Client, db: None) -> None:
    for _each in range(settings.MESSAGES_AN_ADDRESS_AN_HOUR):
        assert client.post(RESET, {"email": fresh_address()}).status_code == 302
    answer = client.post(RESET, {"email": fresh_address()})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


# --- Following it -------------------------------------------------------------------------------


def test_a_link_sets_the_password_and_signs_nobody_in(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    inside = enter(new_client(), alice, Strength.TWO_STEP)
    answer = reset(client, alice.address)
    assert answer["Location"] == "/sign-in/"
    assert "Sign in with the new one." in seen(client.get("/sign-in/"))
    assert not is_in(client)
    assert not is_in(inside)
    assert alice.kinds() == ["password:reset"]
    assert told("Password reset by e-mail") == addresses(alice.user)


def test_the_second_step_is_still_asked(client: Client, alice: Person) -> None:
    reset(client, alice.address)
    alice.password = NEW_PASSWORD
    assert type_password(client, alice)["Location"] == "/sign-in/authenticator/"
    assert not is_in(client)
    type_code(client, alice.fresh_code(), "/sign-in/authenticator/")
    assert is_in(client)


def test_no_server_is_sent_the_token_of_a_link(client: Client, carol: Person) -> None:
    client.post(RESET, {"email": carol.address})
    path, _hash, token = link_to(carol.address).partition("#")
    page = client.get(path)
    assert "no-store" in page["Cache-Control"]
    assert "data-link-token" in page.text
    assert client.post(path, {"token": token})["Location"] == NEW
    page = client.get(NEW)
    assert token not in page.content.decode()
    assert len(token) * 6 >= 128
    assert not OneTimeLink.objects.filter(digest__contains=token).exists()


def test_following_a_link_changes_nothing(client: Client, carol: Person) -> None:
    client.post(RESET, {"email": carol.address})
    for _each in range(3):
        open_link(client, link_to(carol.address))
        client.get(NEW)
    assert carol.kinds() == []
    assert OneTimeLink.objects.live().count() == 1


def test_only_the_newest_link_works(client: Client, carol: Person) -> None:
    client.post(RESET, {"email": carol.address})
    first = link_to(carol.address)
    client.post(RESET, {"email": carol.address})
    open_link(client, first)
    assert REFUSED in seen(client.post(NEW, {"new_password": NEW_PASSWORD}))
    assert carol.reload().check_password(PASSWORD)
    open_link(client, link_to(carol.address))
    assert client.post(NEW, {"new_password": NEW_PASSWORD}).status_code == 302


def test_a_link_works_once(
    client: Client, new_client: Callable[..., Client], carol: Person
) -> None:
    late = new_client()
    client.post(RESET, {"email": carol.address})
    open_link(late, link_to(carol.address))
    reset_link = link_to(carol.address)
    open_link(client, reset_link)
    client.post(NEW, {"new_password": NEW_PASSWORD})
    answer = late.post(NEW, {"new_password": "yet another long password"})
    assert answer.status_code == 400
    open_link(client, reset_link)
    assert REFUSED in seen(client.get(NEW))
    assert carol.reload().check_password(NEW_PASSWORD)


def test_a_link_works_for_an_hour(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    client.post(RESET, {"email": carol.address})
    clock.shift(settings.PASSWORD_RESET_AGE - timedelta(seconds=1))
    open_link(client, link_to(carol.address))
    assert client.get(NEW).status_code == 200
    clock.shift(1)
    assert REFUSED in seen(client.post(NEW, {"new_password": NEW_PASSWORD}))


@pytest.mark.parametrize("token", ["x", "A" * 22, "-" * 200])
def test_an_invented_link_is_refused_alike(client: Client, db: None, token: str) -> None:
    assert "This link does not work" in seen(open_link(client, f"{RESET}link/#{token}"))
    assert REFUSED in seen(client.get(NEW))
    assert not Session.objects.exists()


@pytest.mark.parametrize("around", ["{}", " {} ", "<{}>", "\u200b{}\u00a0"])
def test_without_scripts_a_link_is_pasted(client: Client, carol: Person, around: str) -> None:
    client.post(RESET, {"email": carol.address})
    path, _hash, token = link_to(carol.address).partition("#")
    for pasted in (token, f"https://testserver{path}#{token}"):
        assert client.post(path, {"token": around.format(pasted)})["Location"] == NEW
    assert "Paste the whole link" in seen(client.get(path))


def test_a_link_of_a_removed_address_is_dead(client: Client, alice: Person) -> None:
    second = alice.user.email_addresses.order_by("-pk")[0]
    client.post(RESET, {"email": second.address})
    open_link(client, link_to(second.address))
    second.delete()
    assert REFUSED in seen(client.get(NEW))


def test_a_link_of_a_locked_account_is_dead(client: Client, carol: Person) -> None:
    client.post(RESET, {"email": carol.address})
    open_link(client, link_to(carol.address))
    User.objects.filter(pk=carol.user.pk).update(is_active=False)
    assert REFUSED in seen(client.get(NEW))


def test_a_weak_password_leaves_the_link_alive(client: Client, carol: Person) -> None:
    assert "Use at least" in seen(reset(client, carol.address, "short"))
    assert client.post(NEW, {"new_password": NEW_PASSWORD}).status_code == 302


# --- The mailbox that counted already -----------------------------------------------------------


def test_the_mailbox_of_the_reset_is_no_second_step(client: Client, bob: Person) -> None:
    reset(client, bob.address)
    bob.password = NEW_PASSWORD
    type_password(client, bob)
    assert "E-mail a code" not in seen(client.get("/sign-in/another-way/"))
    assert ask(client, mailbox(bob)).status_code == 404
    assert not told("your code to sign in")


def test_another_mailbox_is(client: Client, alice: Person) -> None:
    second = alice.user.email_addresses.order_by("-pk")[0]
    reset(client, alice.address)
    alice.password = NEW_PASSWORD
    type_password(client, alice)
    ask(client, second)
    type_code(client, code_to(second.address))
    assert is_in(client)


def test_another_proof_opens_the_mailbox_again(
    client: Client, bob: Person, clock: time_machine.Traveller
) -> None:
    reset(client, bob.address)
    bob.password = NEW_PASSWORD
    type_password(client, bob)
    type_code(client, bob.fresh_code(), "/sign-in/authenticator/")
    client.post("/sign-out/")
    type_password(client, bob)
    ask(client, mailbox(bob))
    type_code(client, code_to(bob.address))
    assert is_in(client)


def test_without_two_step_the_only_mailbox_still_opens_the_linking(
    client: Client, carol: Person
) -> None:
    reset(client, carol.address)
    carol.password = NEW_PASSWORD
    type_password(client, carol)
    page = client.get(client.get("/devices/link/")["Location"])["Location"]
    ask(client, mailbox(carol), page)
    assert type_code(client, code_to(carol.address), page)["Location"] == "/devices/link/"


def test_a_reset_brings_a_password_back_that_was_switched_off(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    budget = password_budget(carol.address, STRANGER)
    for number in range(1, settings.FAILURES_BEFORE_OFF + 1):
        budget.reserve()
        clock.shift(wait_after(number))
    assert "Reset your password to continue." in seen(type_password(client, carol))
    reset(client, carol.address)
    carol.password = NEW_PASSWORD
    type_password(client, carol)
    assert is_in(client)


def test_a_recovered_session_may_change_the_password(client: Client, alice: Person) -> None:
    recover(client, alice)
    assert change(client).status_code == 302
    assert alice.reload().check_password(NEW_PASSWORD)


def test_nothing_is_hashed_for_an_unknown_token(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(get_hasher()), "encode", None)
    assert client.post(NEW, {"new_password": NEW_PASSWORD}).status_code == 400
    assert not SecurityEvent.objects.exists()
