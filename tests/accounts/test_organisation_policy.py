"""What an organisation asks of its people: two-step verification, steps never, short sessions."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from accounts import organisation_policy
from accounts.authentication.proofs import Strength
from accounts.middleware import SETTING_UP
from accounts.models import Organisation, Role
from devices.models import Session
from tests.accounts.helpers import ask, code_to, is_in, mailbox, seen, type_code, type_password
from tests.attacks.tools import html_of
from tests.people import Person, enter, give_codes, give_phone, protected
from tests.work import make_organisation

Browsers = Callable[..., Client]
TODAY = timezone.localdate
TWO_STEP_PAGE = "/security/two-step/"


@pytest.fixture
def boss(new_client: Browsers, root: Person) -> Client:
    return enter(new_client(), root, Strength.TWO_STEP)


@pytest.fixture
def firm() -> Organisation:
    return make_organisation("Example Ltd")


def asks(boss: Client, firm: Organisation, **rules: Any) -> Any:
    """Let the administrator change what the organisation asks."""
    given = {"name": firm.name, "help": firm.help, **rules}
    return boss.post(f"/admin/organisations/{firm.public_id}/edit/", given)


def test_from_the_day_on_nothing_opens_before_two_step_is_on(
    boss: Client, firm: Organisation, new_client: Browsers, carol: Person
) -> None:
    organisation_policy.join(carol.user, firm)
    browser = enter(new_client(), carol, Strength.PASSWORD)
    tomorrow = TODAY() + timedelta(days=1)
    assert asks(boss, firm, two_step_from=tomorrow.isoformat()).status_code == 302
    assert "Example Ltd requires two-step verification from" in browser.get("/security/").text
    said = browser.get(TWO_STEP_PAGE).text
    assert re.search(r"Example Ltd requires two-step verification from \d+ \w+ \d{4}\.", said)
    assert asks(boss, firm, two_step_from=TODAY().isoformat()).status_code == 302
    for path in ("/security/", "/security/activity/", "/devices/lost/", "/"):
        assert browser.get(path)["Location"] == TWO_STEP_PAGE
    said = browser.get(TWO_STEP_PAGE).text
    assert "Example Ltd requires two-step verification. Turn it on to continue." in said
    for url in re.findall(r'href="(/[^"]+)">(?:Confirm an|Set up a|Save recovery)', said):
        assert browser.get(url, follow=True).status_code == 200
        assert browser.get(url).headers.get("Location") != TWO_STEP_PAGE
    give_phone(carol)
    give_codes(carol)
    strong = enter(new_client(), carol, Strength.TWO_STEP)
    assert strong.post(f"{TWO_STEP_PAGE}on/", follow=True).status_code == 200
    assert carol.reload().has_two_step
    assert strong.get("/security/").status_code == 200


def test_nobody_turns_off_what_their_organisation_requires(
    boss: Client, firm: Organisation, new_client: Browsers, alice: Person
) -> None:
    organisation_policy.join(alice.user, firm)
    browser = enter(new_client(), alice, Strength.TWO_STEP)
    assert browser.get(f"{TWO_STEP_PAGE}off/").status_code == 200  # the form is open
    asks(boss, firm, two_step_from=TODAY().isoformat())
    answer = browser.post(f"{TWO_STEP_PAGE}off/")
    assert answer.status_code == 403
    assert "Example Ltd requires it" in answer.text
    assert alice.reload().has_two_step
    page = browser.get(TWO_STEP_PAGE).text
    assert "so you can’t turn it off" in page
    assert "Turn it off" not in page
    asks(boss, firm)
    assert browser.post(f"{TWO_STEP_PAGE}off/").status_code == 302
    assert not alice.reload().has_two_step


def test_a_step_that_is_barred_is_neither_offered_nor_taken(
    boss: Client, firm: Organisation, new_client: Browsers, alice: Person
) -> None:
    """A thief with the password and the mailbox is at the second step when the rule comes."""
    organisation_policy.join(alice.user, firm)
    thief = new_client()
    type_password(thief, alice)
    ask(thief, mailbox(alice))
    code = code_to(mailbox(alice).address)
    asks(boss, firm, bars_email="on")
    type_code(thief, code)
    assert not is_in(thief)
    assert "Send a code by e-mail" not in thief.get("/sign-in/another-way/").text
    sent = len(mail.outbox)
    ask(thief, mailbox(alice))
    assert len(mail.outbox) == sent
    own = enter(new_client(), alice, Strength.TWO_STEP)
    page = own.get(TWO_STEP_PAGE).text
    assert "Example Ltd doesn’t allow codes by e-mail." in page
    assert "/security/two-step/email/decline/" not in page
    assert "/security/two-step/sms/decline/" in page
    assert "Your organisation doesn’t allow codes this way" in own.get("/security/contact/").text


def test_a_short_session_ends_for_its_people_alone(
    clock: time_machine.Traveller,
    boss: Client,
    firm: Organisation,
    new_client: Browsers,
    alice: Person,
    bob: Person,
) -> None:
    organisation_policy.join(alice.user, firm)
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    his = enter(new_client(), bob, Strength.TWO_STEP)
    asks(boss, firm, session_hours="2")
    assert "Example Ltd signs you out after 2 hours." in seen(hers.get(TWO_STEP_PAGE))
    for _each in range(2):
        clock.shift(timedelta(minutes=50))
        assert hers.get("/security/").status_code == 200
        assert his.get("/security/").status_code == 200
    clock.shift(timedelta(minutes=21))
    assert hers.get("/security/").status_code == 302
    assert his.get("/security/").status_code == 200
    assert not Session.objects.of(alice.user).alive().exists()
    assert Session.objects.of(bob.user).alive().exists()


def test_the_strictest_of_several_counts_and_is_named(
    boss: Client, firm: Organisation, new_client: Browsers, alice: Person
) -> None:
    other = make_organisation("Other & Co")
    for each in (firm, other):
        organisation_policy.join(alice.user, each)
    asks(boss, firm, session_hours="8", two_step_from=TODAY().isoformat())
    later = (TODAY() + timedelta(days=9)).isoformat()
    asks(boss, other, session_hours="4", two_step_from=later, bars_sms="on")
    page = enter(new_client(), alice, Strength.TWO_STEP).get(TWO_STEP_PAGE).text
    assert "Example Ltd requires two-step verification, so you can’t turn it off" in page
    assert "Other &amp; Co signs you out after 4 hours." in page
    assert "Other &amp; Co doesn’t allow codes by text message." in page
    user = alice.reload()
    assert (user.two_step_due, user.session_hours, user.barred_steps) == (TODAY(), 4, ["sms"])
    organisation_policy.leave(alice.user, other)
    user = alice.reload()
    assert (user.two_step_due, user.session_hours, user.barred_steps) == (TODAY(), 8, None)
    organisation_policy.leave(alice.user, firm)
    user = alice.reload()
    assert (user.two_step_due, user.session_hours) == (None, None)


def test_a_change_of_the_rules_is_told_with_what_they_were(
    boss: Client, firm: Organisation, root: Person
) -> None:
    asks(boss, firm, session_hours="8", bars_email="on")
    asks(boss, firm, session_hours="1")
    changed = root.user.events.filter(kind="organisation:changed").order_by("-pk")[0]
    assert changed.details["rules_before"] == {"never": "email", "hours": "8"}
    assert changed.details["rules_after"] == {"hours": "1"}
    told = mail.outbox[-1]
    for said in ("People are signed out after 8 hours.", "after 1 hour.", "No codes by e-mail"):
        assert said in told.body
        assert said in html_of(told)
    page = boss.get(f"/admin/organisations/{firm.public_id}/").text
    assert "People are signed out after 1 hour." in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [("two_step_from", "2020-01-01"), ("two_step_from", "soon"), ("session_hours", "3")],
)
def test_a_rule_that_cannot_be_is_said_and_loses_nothing(
    boss: Client, firm: Organisation, field: str, typed: str
) -> None:
    answer = asks(boss, firm, **{field: typed, "bars_sms": "on", "help": "Room 13"})
    assert answer.status_code == 200
    assert "aria-invalid" in answer.text
    assert "Room 13" in answer.text
    firm.refresh_from_db()
    assert firm.barred_steps is None


def test_a_day_that_has_passed_stays_when_something_else_changes(
    boss: Client, firm: Organisation
) -> None:
    past = TODAY() - timedelta(days=30)
    Organisation.objects.filter(pk=firm.pk).update(two_step_from=past)
    answer = asks(boss, firm, two_step_from=past.isoformat(), session_hours="4")
    assert answer.status_code == 302
    firm.refresh_from_db()
    assert (firm.two_step_from, firm.session_hours) == (past, 4)


def test_every_page_that_stays_open_is_one() -> None:
    names = set(SETTING_UP)
    known = {
        f"{space}:{name}"
        for space in ("accounts", "devices")
        for name in get_resolver().namespace_dict[space][1].reverse_dict
        if isinstance(name, str)
    }
    assert names
    assert names <= known


def test_an_old_page_does_not_take_new_rules_away_unseen(
    boss: Client, new_client: Browsers, firm: Organisation
) -> None:
    """One administrator corrects the contact on a page from before a colleague's rules."""
    other = enter(new_client(), protected("other", role=Role.ADMINISTRATOR), Strength.TWO_STEP)
    page = f"/admin/organisations/{firm.public_id}/edit/"
    old = re.search(r'name="seen" value="(\w+)"', boss.get(page).text)
    assert old
    asks(other, firm, two_step_from=TODAY().isoformat(), session_hours="8")
    answer = asks(boss, firm, help="Room 14", seen=old[1])
    words = seen(answer)
    assert "A colleague has changed it since you opened this page." in words
    assert "Two-step verification is required from" in words
    assert "Room 14" in words
    firm.refresh_from_db()
    assert (firm.two_step_from, firm.session_hours) == (TODAY(), 8)
    new = re.search(r'name="seen" value="(\w+)"', answer.text)
    assert new
    assert asks(boss, firm, help="Room 14", seen=new[1]).status_code == 302
    firm.refresh_from_db()
    assert (firm.help, firm.session_hours) == ("Room 14", None)
