"""Guessing: one budget however the name is spelled, and no way to give a try back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication import throttling
from accounts.authentication.proofs import Strength
from accounts.contacts.normalization import email_key
from core.limits.counters import Budget, FailureCount, LimitReached
from tests.attacks.tools import is_in, link_in, start
from tests.links import open_link
from tests.people import Person, enter, sign_in

Clock = Any
Browsers = Callable[..., Client]
FREE = settings.FAILURES_BEFORE_WAIT


def guess(client: Client, address: str, password: str = "not the right password") -> Any:
    """Try a password."""
    return client.post("/sign-in/", {"email": address, "password": password})


def spend_passwords(new_client: Browsers, address: str) -> None:
    """Use the budget of strangers for this name up."""
    for _each in range(FREE):
        assert guess(new_client(), address).status_code == 200
    assert guess(new_client(), address).status_code == 429


SPELLINGS: list[Callable[[str], str]] = [
    str.upper,
    str.title,
    lambda name: f"  {name}\t",
    lambda name: name.replace("@", "\uff20"),
    lambda name: "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c != " " else c for c in name),
]


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_every_spelling_of_a_name_shares_one_counter(
    alice: Person, new_client: Browsers, spelled: Callable[[str], str]
) -> None:
    for _each in range(FREE):
        guess(new_client(), spelled(alice.address))
    assert guess(new_client(), alice.address).status_code == 429
    assert alice.kinds() == ["sign_in:password_failed"] * FREE


def test_the_right_password_waits_like_any_other(alice: Person, new_client: Browsers) -> None:
    spend_passwords(new_client, alice.address)
    answer = guess(new_client(), alice.address, alice.password)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= settings.FAILURE_WAIT.total_seconds()


def test_strangers_keep_nobody_out_of_a_known_browser(
    alice: Person, client: Client, new_client: Browsers
) -> None:
    sign_in(client, alice)
    client.post("/sign-out/")
    spend_passwords(new_client, alice.address)
    assert start(client, alice).status_code == 302


def test_a_known_browser_has_a_budget_too(alice: Person, client: Client) -> None:
    sign_in(client, alice)
    client.post("/sign-out/")
    for _each in range(FREE):
        assert guess(client, alice.address).status_code == 200
    assert guess(client, alice.address).status_code == 429


def test_a_browser_known_to_somebody_else_is_a_stranger(
    alice: Person, bob: Person, client: Client, new_client: Browsers
) -> None:
    sign_in(client, bob)
    client.post("/sign-out/")
    spend_passwords(new_client, alice.address)
    assert guess(client, alice.address).status_code == 429


@pytest.mark.parametrize("cookie", ["", "x", "A" * 22, "é" * 22, "A" * 4000, "'; --"])
def test_a_made_up_browser_mark_buys_no_tries(
    alice: Person, new_client: Browsers, cookie: str
) -> None:
    spend_passwords(new_client, alice.address)
    client = new_client()
    client.cookies[settings.BROWSER_COOKIE_NAME] = cookie.encode().decode("latin-1")
    assert guess(client, alice.address).status_code == 429


def test_one_network_address_has_a_budget_over_all_names(rows: None, new_client: Browsers) -> None:
    codes = [
        guess(new_client(REMOTE_ADDR=f"2001:db8::{number:x}"), f"nobody-{number}@latchkey.example")
        for number in range(1, settings.PASSWORD_FAILURES_AN_ADDRESS + 2)
    ]
    assert [answer.status_code for answer in codes[-2:]] == [200, 429]


def test_a_forged_forwarding_header_is_no_new_network(rows: None, new_client: Browsers) -> None:
    for number in range(settings.PASSWORD_FAILURES_AN_ADDRESS):
        client = new_client(headers={"X-Forwarded-For": f"203.0.113.{number}"})
        guess(client, f"nobody-{number}@latchkey.example")
    assert guess(new_client(), "nobody@latchkey.example").status_code == 429


@pytest.mark.parametrize("slug", ["authenticator", "recovery-code"])
def test_wrong_codes_of_a_factor_are_counted_over_all_sign_ins(
    alice: Person, new_client: Browsers, slug: str
) -> None:
    wrong = {"authenticator": alice.wrong_code(), "recovery-code": "0000-0000-0000-0000"}[slug]
    browsers = [new_client() for _each in range(FREE + 1)]
    for number, client in enumerate(browsers):
        start(client, alice)
        answer = client.post(f"/sign-in/{slug}/", {"code": wrong})
        assert answer.status_code == (200 if number < FREE else 429)
    inside = enter(new_client(), alice, Strength.TWO_STEP)
    answer = inside.post(f"/confirm/{slug}/", {"code": wrong})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_another_factor_is_open_at_once(alice: Person, client: Client) -> None:
    start(client, alice)
    for _each in range(FREE + 1):
        client.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
    answer = client.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    assert answer.status_code == 302


def test_a_new_sign_in_gives_no_try_back(alice: Person, new_client: Browsers) -> None:
    budget = throttling.budget_of(alice.user, "authenticator")
    for number in range(1, FREE + 1):
        client = new_client()
        start(client, alice)
        client.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
        client.post("/sign-out/")
        assert budget.failures == number


def test_waits_double_up_to_an_hour(clock: Clock, rows: None) -> None:
    budget, waits = Budget("person:0", "test"), []
    for _each in range(16):
        if budget.reserve() < FREE:
            continue
        with pytest.raises(LimitReached) as caught:
            budget.reserve()
        waits.append(caught.value.wait)
        clock.shift(caught.value.wait)
    assert waits[:3] == [settings.FAILURE_WAIT * 2**power for power in range(3)]
    assert waits[-1] == settings.FAILURE_WAIT_MOST


def test_the_owner_is_told_at_ten_failures(alice: Person, client: Client, clock: Clock) -> None:
    start(client, alice)
    key = throttling.budget_of(alice.user, "authenticator").key
    client.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
    FailureCount.objects.filter(key=key).update(failures=settings.FAILURES_BEFORE_NOTICE - 1)
    mail.outbox.clear()
    client.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
    addresses = {row.address for row in alice.user.email_addresses.verified()}
    assert {message.to[0] for message in mail.outbox} == addresses


def test_a_hundred_failures_switch_the_factor_off(alice: Person, client: Client) -> None:
    start(client, alice)
    key = throttling.budget_of(alice.user, "authenticator").key
    client.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
    FailureCount.objects.filter(key=key).update(failures=settings.FAILURES_BEFORE_OFF)
    answer = client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert answer.status_code == 200
    assert not is_in(client)


def test_a_reset_opens_a_password_that_strangers_switched_off(
    alice: Person, new_client: Browsers
) -> None:
    guess(new_client(), alice.address)
    strangers = Budget(f"address:{email_key(alice.address)}", "password:stranger")
    FailureCount.objects.filter(key=strangers.key).update(failures=settings.FAILURES_BEFORE_OFF)
    assert guess(new_client(), alice.address, alice.password).status_code == 200
    client = new_client()
    client.post("/password/reset/", {"email": alice.address})
    open_link(client, link_in(str(mail.outbox[-1].body), "reset"))
    alice.password = "a password that nobody knows yet"
    client.post("/password/reset/new/", {"new_password": alice.password})
    assert start(client, alice).status_code == 302


def test_a_flood_of_resets_reaches_nobody(alice: Person, new_client: Browsers) -> None:
    for number in range(12):
        client = new_client(REMOTE_ADDR=f"198.51.100.{number}")
        client.post("/password/reset/", {"email": alice.address})
    assert len(mail.outbox) <= settings.SENT_CODES_A_QUARTER_HOUR


def test_strangers_cannot_use_up_the_owners_codes(alice: Person, new_client: Browsers) -> None:
    form = {"email": alice.address, "password": "seven quiet foxes jump"}
    for number in range(6):
        new_client(REMOTE_ADDR=f"198.51.100.{number}").post("/sign-up/", form)
    owner = new_client()
    start(owner, alice)
    target = alice.user.email_addresses.order_by("pk")[0].public_id
    assert owner.post("/sign-in/email/", {"send": str(target)}).status_code == 302


def test_wrong_passwords_inside_are_counted_and_written_down(carol: Person, client: Client) -> None:
    start(client, carol)
    before = carol.kinds()
    for _each in range(FREE):
        client.post("/confirm/", {"password": "not the right password"})
    assert client.post("/confirm/", {"password": carol.password}).status_code == 429
    assert carol.kinds()[len(before) :] == ["step_up:failed"] * FREE


def test_a_long_wait_is_over_when_it_is_over(
    alice: Person, new_client: Browsers, clock: Clock
) -> None:
    spend_passwords(new_client, alice.address)
    clock.shift(settings.FAILURE_WAIT + timedelta(seconds=1))
    assert start(new_client(), alice).status_code == 302
