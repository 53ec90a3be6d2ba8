"""One act on several accounts: the number is asked again, and it is all of them or none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from accounts.admin import ROWS_A_PAGE
from accounts.authentication.proofs import Strength
from accounts.models import Role
from tests.people import Person, enter, make_person, protected, trust
from tests.work import WHY

Browsers = Callable[..., Client]
LIST, BULK = "/admin/accounts/", "/admin/accounts/bulk/"


@pytest.fixture
def desk(new_client: Browsers, sue: Person) -> Client:
    return enter(new_client(), sue, Strength.TWO_STEP)


def address(act: str, *people: Person) -> str:
    chosen = "".join(f"&account={person.user.public_id}" for person in people)
    return f"{BULK}?act={act}{chosen}"


def press(desk: Client, act: str, *people: Person, number: object = None) -> Any:
    given = {
        "number": len(people) if number is None else number,
        "checked": ["nobody"],
        "reason": WHY,
    }
    return desk.post(address(act, *people), given, follow=True)


def test_the_list_leads_there_and_all_of_them_are_changed(
    desk: Client, alice: Person, bob: Person
) -> None:
    text = desk.get(LIST).text
    assert f'value="{alice.user.public_id}"' in text
    assert f'action="{BULK}"' in text
    page = desk.get(address("lock", alice, bob)).text
    assert "2 accounts" in page
    for person in (alice, bob):
        assert person.reload().is_active
    assert "2 accounts were changed." in press(desk, "lock", alice, bob).text
    for person in (alice, bob):
        assert not person.reload().is_active
        assert person.kinds() == ["account:locked"]
        told = [each for each in mail.outbox if person.address in each.to]
        assert WHY in told[-1].body
    assert "There was nothing to change." in press(desk, "lock", alice, bob).text
    assert "2 accounts were changed." in press(desk, "unlock", alice, bob).text


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("freeze", "account:frozen"),
        ("require-password", "password:required_by_staff"),
        ("end-sessions", "sessions:ended_by_staff"),
    ],
)
def test_each_act_is_that_of_the_account_page(
    desk: Client, new_client: Browsers, alice: Person, act: str, kind: str
) -> None:
    enter(new_client(), alice, Strength.TWO_STEP)
    assert "1 account was changed." in press(desk, act, alice).text
    assert alice.kinds() == [kind]


def test_ending_the_trust_of_browsers_alone_is_a_change(desk: Client, alice: Person) -> None:
    trust(Client(), alice)
    assert "1 account was changed." in press(desk, "end-sessions", alice).text
    assert "There was nothing to change." in press(desk, "end-sessions", alice).text


@pytest.mark.parametrize("number", ["", "1", "3", "two"])
def test_another_number_changes_nothing_and_loses_nothing(
    desk: Client, alice: Person, bob: Person, number: str
) -> None:
    answer = press(desk, "lock", alice, bob, number=number)
    assert "aria-invalid" in answer.text
    assert WHY in answer.text
    assert alice.reload().is_active
    assert bob.reload().is_active


def test_whom_they_may_not_change_is_left_out_and_named(
    desk: Client, sue: Person, root: Person, alice: Person
) -> None:
    page = desk.get(address("lock", sue, root, alice)).text
    assert "You can’t change these" in page
    answer = press(desk, "lock", sue, root, alice, number=1)
    assert "1 account was changed." in answer.text
    assert not alice.reload().is_active
    for person in (sue, root):
        assert person.reload().is_active
    assert "any of these accounts" in press(desk, "lock", sue, root).text


def test_more_than_the_hour_allows_changes_none_of_them(
    desk: Client, settings: LazySettings
) -> None:
    settings.STAFF_ACTS_AN_HOUR = 2
    people = [make_person("somebody") for _each in range(3)]
    answer = press(desk, "lock", *people)
    assert answer.status_code == 429
    assert "many accounts in the last hour" in answer.text
    assert all(person.reload().is_active for person in people)
    assert "2 accounts were changed." in press(desk, "lock", *people[:2]).text


@pytest.mark.parametrize(
    "query", ["", "?act=lock", "?act=delete&account={}", "?act=lock&account=x"]
)
def test_nothing_chosen_leads_back_to_the_list(desk: Client, alice: Person, query: str) -> None:
    answer = desk.get(f"{BULK}{query.format(alice.user.public_id)}", follow=True)
    assert "Choose accounts in the list" in answer.text


def test_no_more_than_a_page_is_changed_at_once(desk: Client) -> None:
    people = [make_person("somebody") for _each in range(ROWS_A_PAGE + 1)]
    assert f"{ROWS_A_PAGE} accounts" in desk.get(address("lock", *people)).text


def test_an_auditor_looks_only(new_client: Browsers, alice: Person) -> None:
    auditor = enter(new_client(), protected("auditor", role=Role.AUDITOR), Strength.TWO_STEP)
    assert BULK not in auditor.get(LIST).text
    assert press(auditor, "lock", alice).status_code == 403
    assert alice.reload().is_active
