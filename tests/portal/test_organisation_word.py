"""An organisation says who asks for an account: the person, the manager, the thief, the officer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import organisation_policy
from accounts.authentication.proofs import Strength
from accounts.models import CaseState, Organisation, RecoveryCase, Role
from accounts.recovery_contacts.answering import words_of
from tests.attacks.tools import html_of
from tests.cases import give_case
from tests.people import Person, enter, protected
from tests.portal.test_managers import manage, page
from tests.work import make_organisation

Browsers = Callable[..., Client]


@pytest.fixture
def firm(rows: None) -> Organisation:
    return make_organisation("Example Ltd")


@pytest.fixture
def office(client: Client, bob: Person, firm: Organisation) -> Client:
    """The browser of a manager."""
    manage(bob, firm)
    return enter(client, bob, Strength.TWO_STEP)


@pytest.fixture
def case(alice: Person, firm: Organisation) -> RecoveryCase:
    """One of somebody who has belonged to the organisation for a month."""
    organisation_policy.join(alice.user, firm)
    alice.user.memberships.update(created_at=timezone.now() - timedelta(days=30))
    return give_case(alice)


def word(firm: Organisation, person: Person) -> str:
    return page(firm, f"people/{person.user.public_id}/word/")


def said(case: RecoveryCase) -> list[str]:
    case.refresh_from_db()
    return [each["kind"] for each in case.evidence]


def test_a_manager_who_hears_the_words_speaks_for_the_person(
    office: Client, new_client: Browsers, firm: Organisation, case: RecoveryCase, alice: Person
) -> None:
    assert word(firm, alice) in office.get(page(firm)).text
    assert "Is it Alice?" in office.get(word(firm, alice)).text
    wrong = office.post(word(firm, alice), {"words": "not these words"})
    assert "These are not the words." in wrong.text
    assert said(case) == []
    answer = office.post(word(firm, alice), {"words": " ".join(words_of(case))}, follow=True)
    assert "noted your answer" in answer.text
    assert said(case) == ["organisation"]
    assert case.state == CaseState.WAITING
    assert not case.approvals.exists()
    told = [each for each in mail.outbox if alice.address in each.to][-1]
    for text in (told.body, html_of(told)):
        assert "Example Ltd says that the person who asks for your account is you." in text
    assert "/recover/stop/#" in told.body
    again = office.post(word(firm, alice), {"no": "1"}, follow=True)
    assert "nothing to answer" in again.text
    assert said(case) == ["organisation"]
    officer = enter(
        new_client(), protected("officer", role=Role.RECOVERY_OFFICER), Strength.TWO_STEP
    )
    seen = officer.get(f"/admin/recovery/{case.public_id}/").text
    assert "Example Ltd says that it’s them" in seen


def test_a_manager_who_knows_better_speaks_against_the_thief(
    office: Client, new_client: Browsers, firm: Organisation, case: RecoveryCase, alice: Person
) -> None:
    office.post(word(firm, alice), {"no": "1"})
    assert said(case) == ["organisation_no"]
    assert alice.kinds()[0] == "case:opposed"
    officer = enter(
        new_client(), protected("officer", role=Role.RECOVERY_OFFICER), Strength.TWO_STEP
    )
    seen = officer.get(f"/admin/recovery/{case.public_id}/").text
    assert "What speaks against" in seen
    assert "Example Ltd says that it’s somebody else" in seen


def test_who_joined_after_the_request_gets_no_word(
    office: Client, firm: Organisation, alice: Person
) -> None:
    """A thief who manages an organisation could bring the owner in."""
    case = give_case(alice)
    organisation_policy.join(alice.user, firm)
    office.post(word(firm, alice), {"words": " ".join(words_of(case))})
    assert said(case) == []


def test_nobody_speaks_for_themselves_for_strangers_or_for_another_organisation(
    office: Client,
    firm: Organisation,
    case: RecoveryCase,
    alice: Person,
    bob: Person,
    carol: Person,
) -> None:
    own, strange = give_case(bob), give_case(carol)
    for person, theirs in ((bob, own), (carol, strange)):
        office.post(word(firm, person), {"words": " ".join(words_of(theirs))})
        assert said(theirs) == []
    other = make_organisation("Other & Co")
    organisation_policy.join(alice.user, other)
    assert office.post(word(other, alice), {"no": "1"}).status_code == 404
    assert office.get(word(firm, carol)).status_code == 404
    assert said(case) == []


def test_a_manager_who_is_none_any_more_and_an_ended_request_say_nothing(
    office: Client, firm: Organisation, case: RecoveryCase, alice: Person, bob: Person
) -> None:
    RecoveryCase.objects.filter(pk=case.pk).update(state=CaseState.STOPPED)
    answer = office.post(word(firm, alice), {"no": "1"}, follow=True)
    assert "nothing to answer" in answer.text
    RecoveryCase.objects.filter(pk=case.pk).update(state=CaseState.WAITING)
    organisation_policy.set_manager(bob.user, firm, is_manager=False)
    assert office.post(word(firm, alice), {"no": "1"}).status_code == 404
    assert said(case) == []
