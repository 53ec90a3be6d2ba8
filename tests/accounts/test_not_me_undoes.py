"""What a notice promises of contacts, roles and organisations: "This was not me" undoes it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import organisation_policy, staff
from accounts.activity.origin import HOST
from accounts.authentication.proofs import Strength
from accounts.models import CaseState, RecoveryContact, Role
from accounts.recovery_cases import deciding
from accounts.recovery_contacts.answering import words_of
from tests.cases import give_case
from tests.contacts import give_contact
from tests.links import open_link
from tests.people import Person, enter, protected
from tests.work import make_organisation

Browsers = Callable[..., Client]
PAGE = "/security/recovery-contacts/"
WHY = "He starts on Monday at the help desk."


def link_to_not_me(address: str, words: str) -> str:
    """The link of the newest notice with these words in its subject."""
    text = next(
        str(sent.body)
        for sent in reversed(mail.outbox)
        if address in sent.to and words in sent.subject
    )
    found = re.search(r"https?://[^/\s]+(/report/#\S+)", text)
    assert found, text
    return found[1]


def press_not_me(browser: Client, address: str, words: str) -> None:
    """Follow the newest notice with these words in its subject, to the letter."""
    link = link_to_not_me(address, words)
    assert "We’ll undo this." in open_link(browser, link).text
    form = {"token": link.partition("#")[2], "undo": "1"}
    assert "We stopped it" in browser.post("/report/", form).text


@pytest.mark.parametrize("notice", ["you asked somebody", "you have a new recovery contact"])
def test_a_contact_whom_a_thief_with_the_phone_asked_never_counts(
    new_client: Browsers, alice: Person, notice: str
) -> None:
    friend = protected("thiefs-friend")
    thief, friends = new_client(), new_client()
    enter(thief, alice, Strength.TWO_STEP)
    thief.post(f"{PAGE}ask/", {"address": friend.address, "known_as": "Alice"})
    contact = alice.user.recovery_contacts.get()
    enter(friends, friend, Strength.TWO_STEP)
    friends.post(f"{PAGE}{contact.public_id}/answer/", {"agree": "1"})
    press_not_me(new_client(), alice.address, notice)
    assert not alice.user.recovery_contacts.exists()
    assert alice.reload().frozen_at


def test_a_contact_whom_a_thief_removed_is_one_again(
    new_client: Browsers, alice: Person, bob: Person
) -> None:
    contact = give_contact(alice, bob)
    thief = enter(new_client(), alice, Strength.TWO_STEP)
    thief.post(f"{PAGE}{contact.public_id}/remove/")
    assert not alice.user.recovery_contacts.current().exists()
    press_not_me(new_client(), alice.address, "a recovery contact was removed")
    assert alice.user.recovery_contacts.agreed().get() == contact


@pytest.mark.parametrize("state", [CaseState.WAITING, CaseState.APPROVED])
def test_an_answer_that_the_contact_did_not_give_counts_no_more(
    new_client: Browsers, alice: Person, state: CaseState, django_capture_on_commit_callbacks: Any
) -> None:
    friends = [protected("fred"), protected("gina")]
    case = give_case(alice)
    for friend in friends:
        contact = give_contact(alice, friend)
        with django_capture_on_commit_callbacks(execute=True):
            deciding.hear(case, contact, is_owner=True, origin=HOST)
    if state == CaseState.APPROVED:
        one = protected("one", role=Role.RECOVERY_OFFICER)
        assert deciding.approve(actor=one.user, case=case, reason=WHY)
    press_not_me(new_client(), friends[0].address, "you answered as a recovery contact")
    case.refresh_from_db()
    assert case.answers.count() == 1
    assert case.state == (state if state == CaseState.WAITING else CaseState.DECLINED)
    assert alice.reload().case_opened_at is None or state == CaseState.WAITING


def test_a_role_that_a_thief_gave_is_taken_back(new_client: Browsers, bob: Person) -> None:
    boss = protected("boss", role=Role.ADMINISTRATOR)
    thief = enter(new_client(), boss, Strength.TWO_STEP)
    page = f"/admin/accounts/{bob.user.public_id}/role/"
    thief.post(page, {"role": Role.ADMINISTRATOR, "reason": WHY})
    assert bob.reload().role == Role.ADMINISTRATOR
    inside = enter(new_client(), bob, Strength.TWO_STEP)
    press_not_me(new_client(), boss.address, "you gave somebody a role")
    assert bob.reload().role == Role.NONE
    assert not bob.reload().is_staff
    assert inside.get("/admin/accounts/").status_code in (302, 404)


@pytest.mark.parametrize("was_manager", [False, True])
def test_a_manager_whom_a_thief_made_or_took_is_as_before(
    new_client: Browsers, bob: Person, was_manager: bool
) -> None:
    boss, firm = protected("boss", role=Role.ADMINISTRATOR), make_organisation("Example Ltd")
    organisation_policy.join(bob.user, firm)
    organisation_policy.set_manager(bob.user, firm, is_manager=was_manager)
    thief = enter(new_client(), boss, Strength.TWO_STEP)
    act = "take" if was_manager else "give"
    page = f"/admin/organisations/{firm.public_id}/members/{bob.user.public_id}/manager/{act}/"
    thief.post(page, {"checked": "nobody", "reason": WHY})
    assert bob.reload().is_manager is not was_manager
    press_not_me(new_client(), boss.address, "you changed who manages an organisation")
    assert bob.reload().is_manager is was_manager


def test_rules_that_a_thief_loosened_hold_again(new_client: Browsers, carol: Person) -> None:
    """The thief at an administrator's session lets everybody in with the password alone."""
    boss, firm = protected("boss", role=Role.ADMINISTRATOR), make_organisation("Example Ltd")
    firm.two_step_from, firm.session_hours = timezone.localdate(), 8
    firm.save()
    organisation_policy.join(carol.user, firm)
    thief = enter(new_client(), boss, Strength.TWO_STEP)
    page = f"/admin/organisations/{firm.public_id}/edit/"
    thief.post(page, {"name": firm.name, "help": firm.help})
    assert not carol.reload().must_keep_two_step
    press_not_me(new_client(), boss.address, "an organisation was changed")
    assert carol.reload().must_keep_two_step
    assert carol.reload().session_hours == 8
    firm.refresh_from_db()
    assert (firm.two_step_from, firm.session_hours) == (timezone.localdate(), 8)


def test_renaming_it_afterwards_keeps_the_thiefs_rules_from_nobody(
    new_client: Browsers, carol: Person
) -> None:
    """And a page promises only what will be: a contact is not brought back."""
    boss, firm = protected("boss", role=Role.ADMINISTRATOR), make_organisation("Example Ltd")
    firm.two_step_from = timezone.localdate()
    firm.save()
    organisation_policy.join(carol.user, firm)
    thief = enter(new_client(), boss, Strength.TWO_STEP)
    page = f"/admin/organisations/{firm.public_id}/edit/"
    thief.post(page, {"name": firm.name, "help": firm.help})
    loosened = link_to_not_me(boss.address, "an organisation was changed")
    thief.post(page, {"name": "Elsewhere Ltd", "help": "Call +31 6 999 9923"})
    renamed = link_to_not_me(boss.address, "an organisation was changed")
    assert "We’ll undo this." not in open_link(new_client(), renamed).text
    form = {"token": loosened.partition("#")[2], "undo": "1"}
    new_client().post("/report/", form)
    assert carol.reload().must_keep_two_step
    assert boss.kinds().count("organisation:restored") == 1
    told = [each for each in mail.outbox if boss.address in each.to]
    (restored,) = [each for each in told if "as before again" in each.subject]
    assert "/report/#" not in restored.body  # following it would bring the thief's rules back


def test_who_was_dismissed_loosens_nothing_by_an_old_notice(
    new_client: Browsers, carol: Person, root: Person
) -> None:
    boss, firm = protected("boss", role=Role.ADMINISTRATOR), make_organisation("Example Ltd")
    organisation_policy.join(carol.user, firm)
    desk = enter(new_client(), boss, Strength.TWO_STEP)
    given = {"name": firm.name, "help": firm.help}
    given["two_step_from"] = timezone.localdate().isoformat()
    desk.post(f"/admin/organisations/{firm.public_id}/edit/", given)
    link = link_to_not_me(boss.address, "an organisation was changed")
    staff.give_role(actor=root.user, user=boss.user, role=Role.NONE, reason=WHY)
    assert "We’ll undo this." not in open_link(new_client(), link).text
    new_client().post("/report/", {"token": link.partition("#")[2], "undo": "1"})
    assert carol.reload().must_keep_two_step


def test_a_word_that_a_thief_gave_for_an_organisation_is_taken_back(
    new_client: Browsers, alice: Person, bob: Person
) -> None:
    """The thief in the manager's browser knows the words of the thief's own request."""
    firm = make_organisation("Example Ltd")
    for person in (alice, bob):
        organisation_policy.join(person.user, firm)
    alice.user.memberships.update(created_at=timezone.now() - timedelta(days=30))
    organisation_policy.set_manager(bob.user, firm, is_manager=True)
    case = give_case(alice)
    thief = enter(new_client(), bob, Strength.TWO_STEP)
    page = f"/organisation/{firm.public_id}/people/{alice.user.public_id}/word/"
    thief.post(page, {"words": " ".join(words_of(case))})
    case.refresh_from_db()
    assert [each["kind"] for each in case.evidence] == ["organisation"]
    press_not_me(new_client(), bob.address, "you said who asks for an account")
    case.refresh_from_db()
    assert case.evidence == []
    assert case.is_open


def test_what_changed_since_stays(new_client: Browsers, alice: Person, bob: Person) -> None:
    """The owner asked the same address once more; and another administrator set the role."""
    contact = give_contact(alice, bob)
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    hers.post(f"{PAGE}{contact.public_id}/remove/")
    hers.post(f"{PAGE}ask/", {"address": bob.address, "known_as": "Alice"})
    press_not_me(new_client(), alice.address, "a recovery contact was removed")
    assert RecoveryContact.objects.current().get(owner=alice.user).agreed_at is None
