"""Showing, while a case waits, that one reads another address: what the person and staff see."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.holds import bindings
from accounts.holds.bindings import Ground
from accounts.models import CaseState, EmailAddress, RecoveryCase, Role
from tests.accounts.helpers import code_to, other_than, seen
from tests.cases import give_case
from tests.live import fresh_address
from tests.people import Person, enter, protected

Browsers = Callable[..., Client]
PAGE, CODE = "/recover/case/mailbox/", "/recover/case/mailbox/code/"
THANKS = "If it’s an address of the account, staff see it."
STRANGE = "stranger@elsewhere.example"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    """Codes have a pause between them, which a test lets pass."""


@pytest.fixture
def case(alice: Person) -> RecoveryCase:
    return give_case(alice)


@pytest.fixture
def second(alice: Person) -> str:
    """Another address of alice, confirmed long ago."""
    address = fresh_address("second")
    EmailAddress.objects.create(user=alice.user, address=address, verified_at=timezone.now())
    return address


@pytest.fixture
def browser(client: Client, case: RecoveryCase) -> Client:
    """The browser in which the case was opened."""
    session = client.session
    session["case_shown"] = str(case.public_id)
    session.save()
    return client


def show(browser: Client, address: str) -> Any:
    """Name an address, and type the code that comes there."""
    assert browser.post(PAGE, {"address": address})["Location"] == CODE
    return browser.post(CODE, {"code": code_to(address)}, follow=True)


def kinds(case: RecoveryCase) -> list[str]:
    case.refresh_from_db()
    return [each["kind"] for each in case.evidence]


def test_an_address_of_the_account_speaks_for_the_person(
    browser: Client,
    new_client: Browsers,
    case: RecoveryCase,
    second: str,
    clock: time_machine.Traveller,
) -> None:
    assert PAGE in browser.get("/recover/case/").text
    browser.post(PAGE, {"address": second})
    wrong = browser.post(CODE, {"code": other_than(code_to(second))})
    assert "aria-invalid" in wrong.text
    assert kinds(case) == []
    right = browser.post(CODE, {"code": code_to(second)}, follow=True)
    assert THANKS in right.text
    assert kinds(case) == ["address"]
    clock.shift(settings.SENT_CODE_PAUSE)
    assert THANKS in show(browser, second).text
    assert kinds(case) == ["address"]
    officer = enter(
        new_client(), protected("officer", role=Role.RECOVERY_OFFICER), Strength.TWO_STEP
    )
    words = seen(officer.get(f"/admin/recovery/{case.public_id}/"))
    assert "Reads a confirmed address of the account: s••••@" in words


def test_any_other_address_is_answered_alike_and_is_worth_nothing(
    browser: Client, case: RecoveryCase, bob: Person, second: str
) -> None:
    pages = [re.sub(r"\d+", "0", seen(show(browser, each))) for each in (second, STRANGE)]
    assert pages[0] == pages[1]
    show(browser, bob.address)
    assert kinds(case) == ["address"]
    assert all("address of the account" not in sent.body for sent in mail.outbox)


def test_the_mailbox_of_the_request_speaks_once(
    browser: Client, case: RecoveryCase, second: str
) -> None:
    RecoveryCase.objects.filter(pk=case.pk).update(contact=second)
    show(browser, second)
    assert kinds(case) == []  # it was noted when the request was opened


def test_an_address_that_was_not_confirmed_is_worth_nothing(
    browser: Client, case: RecoveryCase, alice: Person
) -> None:
    EmailAddress.objects.create(user=alice.user, address=STRANGE)
    show(browser, STRANGE)
    assert kinds(case) == []


def test_an_address_that_a_thief_has_just_added_is_worth_nothing(
    browser: Client, case: RecoveryCase, alice: Person
) -> None:
    added = EmailAddress.objects.create(
        user=alice.user, address=STRANGE, verified_at=timezone.now()
    )
    until = timezone.now() + settings.RECOVERY_HOLD
    ground = Ground("thief", Strength.RECOVERED, ("password",), until, until)
    assert bindings.note(alice.user, "address", added.factor, ground=ground)
    alice.user.begin_hold(until)
    show(browser, STRANGE)
    assert kinds(case) == []


@pytest.mark.parametrize("state", [CaseState.STOPPED, CaseState.APPROVED, CaseState.DECLINED])
def test_a_request_that_no_longer_waits_takes_nothing(
    browser: Client, case: RecoveryCase, second: str, state: CaseState
) -> None:
    browser.post(PAGE, {"address": second})
    RecoveryCase.objects.filter(pk=case.pk).update(state=state)
    answer = browser.post(CODE, {"code": code_to(second)})
    assert answer["Location"] == "/recover/case/"
    assert browser.get(PAGE)["Location"] == "/recover/case/"
    assert kinds(case) == []


def test_without_a_request_there_is_nothing_to_show(client: Client, db: None) -> None:
    assert client.get(PAGE)["Location"] == "/recover/case/"
    assert client.get(f"{CODE}fate/").status_code == 404


@pytest.mark.parametrize("typed", ["", "nobody", "two@example.org, three@example.org"])
def test_a_bad_address_is_said(browser: Client, case: RecoveryCase, typed: str) -> None:
    assert "aria-invalid" in browser.post(PAGE, {"address": typed}).text
    assert not mail.outbox
