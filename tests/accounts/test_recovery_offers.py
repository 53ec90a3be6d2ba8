"""A caller whom the help desk lets ask for an account: who may, what it opens, and who stops it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings, settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.by_staff import lock
from accounts.models import CaseState, RecoveryCase
from accounts.recovery_cases.opening import wait_of
from tests.attacks.tools import html_of
from tests.people import Person, enter
from tests.work import WHY

Browsers = Callable[..., Client]
REACHED = "caller@elsewhere.example"
GONE = "This link no longer works"


@pytest.fixture
def desk(clock: time_machine.Traveller, new_client: Browsers, sue: Person) -> Client:
    return enter(new_client(), sue, Strength.TWO_STEP)


def page(person: Person) -> str:
    return f"/admin/accounts/{person.user.public_id}/open-case/"


def send(desk: Client, person: Person, contact: str = REACHED) -> Any:
    given = {"contact": contact, "checked": ["called"], "reason": WHY}
    return desk.post(page(person), given, follow=True)


def mails_to(address: str) -> list[Any]:
    return [each for each in mail.outbox if address in each.to]


def token_in(text: str, at: str = "recover/link") -> str:
    found = re.search(rf"/{at}/#(\S+)", text)
    assert found, text
    return found[1]


def press(browser: Client, token: str) -> Any:
    return browser.post("/recover/link/", {"token": token, "open": "1"}, follow=True)


def test_a_caller_asks_by_the_link_and_the_owner_stops_it(
    desk: Client, new_client: Browsers, alice: Person, sue: Person
) -> None:
    assert "We’ll send the link to" in send(desk, alice).text
    assert not RecoveryCase.objects.exists()
    told = mails_to(alice.address)[-1]
    assert "staff let a caller ask for your account" in told.subject
    for said in ("c••••@elsewhere.example", WHY):
        assert said in told.body
        assert said in html_of(told)
    caller, token = new_client(), token_in(mails_to(REACHED)[-1].body)
    assert caller.get("/recover/link/").status_code == 200
    shown = caller.post("/recover/link/", {"token": token})
    assert "You ask to get back into a••••@" in shown.text
    assert alice.address not in shown.text
    assert not RecoveryCase.objects.exists()  # a mail scanner that follows links opens nothing
    assert press(caller, token).redirect_chain[-1][0] == "/recover/case/"
    case = RecoveryCase.objects.get()
    assert (case.user, case.contact, case.state) == (alice.user, REACHED, CaseState.WAITING)
    assert case.waits_until - case.opened_at == wait_of(has_two_step=True)
    assert [each["kind"] for each in case.evidence] == ["help_desk"]
    seen = desk.get(f"/admin/recovery/{case.public_id}/").text
    assert "Called the help desk, which sent the link" in seen
    stop = token_in(mails_to(alice.address)[-1].body, "recover/stop")
    new_client().post("/recover/stop/", {"token": stop, "stop": "1"})
    case.refresh_from_db()
    assert case.state == CaseState.STOPPED
    assert GONE in press(caller, token).text  # nor does it open another one
    assert RecoveryCase.objects.count() == 1


def test_the_link_opens_one_request_in_its_time(
    clock: time_machine.Traveller, desk: Client, new_client: Browsers, alice: Person
) -> None:
    send(desk, alice)
    token = token_in(mails_to(REACHED)[-1].body)
    assert GONE in press(new_client(), token[:-2]).text
    clock.shift(settings.RECOVERY_CASE_LINK_AGE + timedelta(seconds=1))
    assert GONE in press(new_client(), token).text
    assert not RecoveryCase.objects.exists()


def test_staff_never_see_the_link(desk: Client, alice: Person) -> None:
    answer = send(desk, alice)
    token = token_in(mails_to(REACHED)[-1].body)
    account = f"/admin/accounts/{alice.user.public_id}/"
    for path in (page(alice), account, f"{account}activity/", "/admin/log/"):
        assert token not in desk.get(path).text
    assert token not in answer.text


def test_a_locked_account_and_one_that_is_asked_for_get_no_link(
    desk: Client, new_client: Browsers, alice: Person, bob: Person, sue: Person
) -> None:
    lock(actor=sue.user, user=bob.user, reason=WHY)
    assert "The account is locked. Unlock it first." in send(desk, bob).text
    send(desk, alice)
    token = token_in(mails_to(REACHED)[-1].body)
    press(new_client(), token)
    assert "Somebody asks for this account already." in send(desk, alice).text
    assert len(mails_to(REACHED)) == 2  # the link, and that the request stands
    RecoveryCase.objects.update(state=CaseState.WITHDRAWN)
    lock(actor=sue.user, user=alice.user, reason=WHY)
    assert GONE in press(new_client(), token).text


def test_the_link_to_a_mistyped_address_ends_with_the_next(
    clock: time_machine.Traveller, desk: Client, new_client: Browsers, alice: Person
) -> None:
    send(desk, alice, "stranger@elsewhere.example")
    clock.shift(timedelta(seconds=1))
    send(desk, alice)
    wrong = token_in(mails_to("stranger@elsewhere.example")[-1].body)
    assert GONE in press(new_client(), wrong).text
    assert not RecoveryCase.objects.exists()
    press(new_client(), token_in(mails_to(REACHED)[-1].body))
    assert RecoveryCase.objects.get().contact == REACHED


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "two@example.org, three@example.org"])
def test_a_bad_address_is_said_and_loses_nothing(desk: Client, alice: Person, typed: str) -> None:
    answer = send(desk, alice, typed)
    assert answer.status_code == 200
    assert "aria-invalid" in answer.text
    assert WHY in answer.text
    assert not mails_to(REACHED)


def test_a_mailbox_opens_so_many_a_month(
    clock: time_machine.Traveller,
    desk: Client,
    new_client: Browsers,
    alice: Person,
    settings: LazySettings,
) -> None:
    settings.RECOVERY_CASES_A_MONTH = 1
    send(desk, alice)
    press(new_client(), token_in(mails_to(REACHED)[-1].body))
    RecoveryCase.objects.update(state=CaseState.WITHDRAWN)
    clock.shift(timedelta(seconds=1))
    send(desk, alice)
    answer = press(new_client(), token_in(mails_to(REACHED)[-1].body))
    assert "You’ve asked often enough." in answer.text
    assert RecoveryCase.objects.count() == 1
