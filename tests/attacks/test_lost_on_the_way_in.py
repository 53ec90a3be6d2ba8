"""The page "Lost your phone?" of a half-done sign-in misses no limit, proof or refusal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from tests.accounts.helpers import code_to, mailbox, mails_to
from tests.attacks.tools import is_in, start
from tests.people import Person

LOST = "/sign-in/lost-your-phone/"
BEGIN = "/sign-in/?next=%2Fdevices%2Flost%2F"
Browsers = Callable[..., Client]
pytestmark = pytest.mark.usefixtures("clock")


def send(client: Client, person: Person, at: str = LOST, **more: str) -> Any:
    """Ask for a code by e-mail."""
    form = {"way": "email", "send": str(mailbox(person).public_id), **more}
    return client.post(at, form)


def test_codes_are_counted_together_with_those_of_the_other_pages(
    client: Client, new_client: Browsers, alice: Person, clock: Any
) -> None:
    start(client, alice)
    assert send(client, alice).status_code == 302
    for at in (LOST, "/sign-in/email/"):
        late = send(client, alice, at)
        assert late.status_code == 429
        assert int(late["Retry-After"]) > 0
    other = new_client()
    start(other, alice)
    assert send(other, alice).status_code == 429
    for _each in range(2):
        clock.shift(timedelta(seconds=61))
        assert send(other, alice).status_code == 302
    clock.shift(timedelta(seconds=61))
    assert send(other, alice).status_code == 429
    assert len(mails_to(alice.address)) == 3


def test_looking_at_it_sends_and_changes_nothing(client: Client, alice: Person) -> None:
    start(client, alice, next="/security/activity/")
    before = dict(client.session["pending_sign_in"])
    query = {"way": "email", "send": str(mailbox(alice).public_id)}
    for ask in (client.get, client.head):
        assert ask(LOST, query).status_code == 200
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.generic(method, LOST, query_params=query).status_code == 405
    assert client.session["pending_sign_in"] == before
    assert mail.outbox == []


def test_it_takes_no_form_of_another_site(new_client: Browsers, alice: Person) -> None:
    strict = new_client()
    start(strict, alice)
    strict.handler.enforce_csrf_checks = True
    assert send(strict, alice).status_code == 403
    assert mail.outbox == []


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/admin/"])
def test_it_leads_to_the_desk_and_nowhere_else(client: Client, alice: Person, wanted: str) -> None:
    start(client, alice)
    answer = send(client, alice, f"{LOST}?next={wanted}", next=wanted, url=wanted)
    assert answer["Location"] == "/sign-in/email/"
    answer = client.post("/sign-in/email/", {"code": code_to(alice.address), "next": wanted})
    assert answer["Location"] == "/devices/lost/"


def test_it_proves_nothing_itself(client: Client, alice: Person) -> None:
    start(client, alice)
    code = alice.code()
    for form in (
        {"way": "authenticator", "code": code},
        {"way": "authenticator", "code": code, "send": ""},
        {"way": "recovery-code", "code": alice.codes[0], "trust": "1"},
        {"way": "recovery-code", "code": alice.codes[0], "send": "x"},
        {"way": "passkey", "code": "{}", "send": "x"},
    ):
        assert client.post(LOST, form).status_code in {302, 404}
        assert not is_in(client)
    assert client.post("/sign-in/recovery-code/", {"code": alice.codes[0]}).status_code == 302
    assert is_in(client)


def test_what_the_account_has_not_is_not_sent(
    client: Client, alice: Person, bob: Person, settings: Settings
) -> None:
    number = alice.user.phone_numbers.get()
    start(client, alice)
    assert send(client, bob).status_code == 404
    settings.SMS_URL = ""
    form = {"way": "sms", "send": str(number.public_id)}
    assert client.post(LOST, form).status_code == 404
    User.objects.filter(pk=alice.user.pk).update(declined_steps=["email"])
    assert send(client, alice).status_code == 404
    User.objects.filter(pk=alice.user.pk).update(declined_steps=[], reset_mailbox=mailbox(alice).pk)
    assert send(client, alice).status_code == 404
    assert mail.outbox == []


@pytest.mark.parametrize("change", ["late", "password", "locked", "two-step off"])
def test_a_half_session_that_is_over_sends_nothing(
    client: Client, alice: Person, clock: Any, change: str
) -> None:
    start(client, alice)
    if change == "late":
        clock.shift(timedelta(minutes=11))
    elif change == "password":
        alice.user.set_password("another password, of nobody")
        alice.user.save()
    elif change == "locked":
        User.objects.filter(pk=alice.user.pk).update(is_active=False)
    else:
        User.objects.filter(pk=alice.user.pk).update(two_step_since=None)
    assert alice.address not in client.get(LOST).text
    assert send(client, alice)["Location"] == BEGIN
    assert mail.outbox == []
    assert not is_in(client)


def test_whoever_has_no_right_password_learns_nothing(
    client: Client, new_client: Browsers, alice: Person
) -> None:
    fresh, guessing = new_client(), client
    guessing.post("/sign-in/", {"email": alice.address, "password": "wrong, and long enough"})
    for browser in (fresh, guessing):
        assert BEGIN in browser.get(LOST).text
        assert send(browser, alice)["Location"] == BEGIN
    assert mail.outbox == []
