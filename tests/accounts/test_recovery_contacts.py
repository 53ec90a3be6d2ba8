"""Somebody who trusts two friends, the friends, and a thief who would like to be one."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import HOST
from accounts.authentication.proofs import Strength
from accounts.models import CaseState, RecoveryCase, RecoveryContact, Role, User
from accounts.recovery_cases import deciding
from accounts.recovery_contacts import answering, changes
from tests.accounts.helpers import seen
from tests.cases import give_case
from tests.contacts import give_contact
from tests.people import Person, enter, make_person, protected

Browsers = Callable[..., Client]
PAGE = "/security/recovery-contacts/"
WHY = "He called from his office, and knew all the answers."


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """Time stands until a test moves it."""
    with time_machine.travel(datetime(2026, 11, 30, 12, 0, tzinfo=UTC), tick=False) as moved:
        yield moved


@pytest.fixture
def friends(alice: Person) -> list[Person]:
    """Two recovery contacts of alice, who have been that for a month."""
    people = [protected("fred"), protected("gina")]
    for person in people:
        give_contact(alice, person)
    return people


def ask(browser: Client, address: str, name: str = "Alice") -> Any:
    form = {"address": address, "known_as": name}
    return browser.post(f"{PAGE}ask/", form, follow=True)


def the_contact(owner: Person) -> RecoveryContact:
    return owner.user.recovery_contacts.get()


def press(browser: Client, contact: RecoveryContact, act: str) -> Any:
    return browser.post(f"{PAGE}{contact.public_id}/answer/", {act: "1"}, follow=True)


def question(browser: Client, contact: RecoveryContact, **form: str) -> Any:
    return browser.post(f"{PAGE}{contact.public_id}/question/", form, follow=True)


def words(case: RecoveryCase) -> str:
    return " ".join(answering.words_of(case))


def subjects(address: str) -> list[str]:
    return [str(sent.subject) for sent in mail.outbox if address in sent.to]


def vouch(case: RecoveryCase, *people: Person, is_owner: bool = True) -> None:
    for person in people:
        contact = RecoveryContact.objects.get(owner=case.user, person=person.user)
        deciding.hear(case, contact, is_owner=is_owner, origin=HOST)


def test_a_friend_is_asked_agrees_and_counts_after_a_week(
    new_client: Browsers, clock: Any, alice: Person
) -> None:
    hers, his = new_client(), new_client()
    fred = protected("fred")
    enter(hers, alice, Strength.TWO_STEP)
    page = ask(hers, fred.address.upper())
    assert "We’ve written to" in page.text
    assert "hasn’t answered yet" in page.text
    (letter,) = [sent for sent in mail.outbox if "asks you to be" in sent.subject]
    assert "Alice asks you" in letter.body
    assert alice.address not in letter.body
    enter(his, fred, Strength.TWO_STEP)
    assert "They ask you" in his.get(PAGE).text
    assert alice.address not in his.get(PAGE).text
    done = press(his, the_contact(alice), "agree")
    assert "You are now a recovery contact of Alice." in done.text
    assert "counts from" in his.get(PAGE).text
    assert "counts from" in hers.get(PAGE).text
    assert "recovery_contact:agreed" in alice.kinds()
    rows = alice.user.recovery_contacts
    assert not rows.counting().exists()
    clock.shift(timedelta(days=7))
    assert rows.counting().exists()


def test_an_address_without_an_account_is_answered_alike_and_gets_no_mail(
    new_client: Browsers, alice: Person
) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    page = ask(hers, "nobody@elsewhere.example")
    assert "We’ve written to" in page.text
    assert subjects("nobody@elsewhere.example") == []


@pytest.mark.parametrize("address", ["own", "twice"])
def test_who_cannot_be_asked(
    new_client: Browsers, alice: Person, bob: Person, address: str
) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    if address == "twice":
        ask(hers, bob.address)
    page = ask(hers, bob.address if address == "twice" else alice.address)
    assert "You’ve already asked" in page.text or "an address of your own" in page.text
    assert alice.user.recovery_contacts.count() == (address == "twice")


def test_five_at_most(new_client: Browsers, alice: Person) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    for number in range(5):
        give_contact(alice, protected(f"f{number}"))
    page = ask(hers, "sixth@elsewhere.example")
    assert "You’ve reached the maximum." in page.text
    assert "sixth@elsewhere.example" in page.text
    assert alice.user.recovery_contacts.count() == 5


def test_a_session_without_a_strong_proof_asks_and_removes_nobody(
    new_client: Browsers, alice: Person, bob: Person
) -> None:
    contact = give_contact(alice, bob)
    thief = enter(new_client(), alice, Strength.RECOVERED)
    assert "/confirm/" in ask(thief, "friend@thief.example").redirect_chain[0][0]
    removing = thief.post(f"{PAGE}{contact.public_id}/remove/", follow=True)
    assert "/confirm/" in removing.redirect_chain[0][0]
    assert [row.address for row in alice.user.recovery_contacts.current()] == [bob.address]


def test_one_removed_counts_three_days_more_and_a_new_one_not_yet(
    new_client: Browsers, clock: Any, alice: Person, friends: list[Person]
) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    for contact in alice.user.recovery_contacts.all():
        page = hers.post(f"{PAGE}{contact.public_id}/remove/", follow=True)
        assert "has been removed" in page.text
    assert alice.user.recovery_contacts.counting().count() == 2
    clock.shift(timedelta(days=3, seconds=1))
    assert not alice.user.recovery_contacts.counting().exists()
    assert alice.kinds().count("recovery_contact:removed") == 2


@pytest.mark.parametrize("what", ["locked", "frozen", "no two-step", "deleted"])
def test_one_whose_own_account_is_weak_does_not_count(
    new_client: Browsers, alice: Person, friends: list[Person], what: str
) -> None:
    fred = User.objects.filter(pk=friends[0].user.pk)
    if what == "deleted":
        fred.get().delete()
    else:
        fields: dict[str, dict[str, Any]] = {
            "locked": {"is_active": False},
            "frozen": {"frozen_at": timezone.now()},
            "no two-step": {"two_step_since": None},
        }
        fred.update(**fields[what])
    assert alice.user.recovery_contacts.counting().count() == 1
    page = enter(new_client(), alice, Strength.TWO_STEP).get(PAGE).text
    if what == "deleted":
        assert friends[0].address not in page
    else:
        assert "their own account isn’t protected" in page


def test_two_friends_and_one_officer_let_the_owner_in(
    new_client: Browsers, alice: Person, friends: list[Person]
) -> None:
    case = give_case(alice)
    for person in friends:
        his = enter(new_client(), person, Strength.TWO_STEP)
        assert "Alice may need you." in his.get(PAGE).text
        contact = RecoveryContact.objects.get(owner=alice.user, person=person.user)
        assert alice.address not in his.get(f"{PAGE}{contact.public_id}/question/").text
        wrong = question(his, contact, words="salt pepper mustard")
        assert "These are not the words." in wrong.text
        done = question(his, contact, words=f"  {words(case).upper().replace(' ', ', ')} ")
        assert "We’ve noted your answer." in done.text
        assert "recovery_contact:answered" in person.kinds()
    case.refresh_from_db()
    assert case.state == CaseState.WAITING  # no officer has agreed
    desk = enter(new_client(), protected("one", role=Role.RECOVERY_OFFICER), Strength.TWO_STEP)
    page = desk.get(f"/admin/recovery/{case.public_id}/")
    assert "says that it is the owner" in page.text
    assert "Your word is the last" in desk.get(f"/admin/recovery/{case.public_id}/approve/").text
    desk.post(f"/admin/recovery/{case.public_id}/approve/", {"checked": "nobody", "reason": WHY})
    case.refresh_from_db()
    assert case.state == CaseState.APPROVED
    assert alice.kinds().count("case:vouched") == 2


def test_the_last_friend_sends_the_link_after_an_officer_and_never_before_the_wait(
    alice: Person, friends: list[Person]
) -> None:
    one = protected("one", role=Role.RECOVERY_OFFICER)
    case = give_case(alice)
    RecoveryCase.objects.filter(pk=case.pk).update(waits_until=timezone.now() + timedelta(days=1))
    case.refresh_from_db()
    vouch(case, friends[0])
    with pytest.raises(deciding.TooEarly):
        deciding.approve(actor=one.user, case=case, reason=WHY)
    RecoveryCase.objects.filter(pk=case.pk).update(waits_until=timezone.now())
    case.refresh_from_db()
    assert not deciding.approve(actor=one.user, case=case, reason=WHY)
    vouch(case, friends[1])
    case.refresh_from_db()
    assert case.state == CaseState.APPROVED


def test_friends_alone_open_nothing(alice: Person, friends: list[Person]) -> None:
    case = give_case(alice)
    third = protected("hugo")
    give_contact(alice, third)
    vouch(case, *friends, third)
    case.refresh_from_db()
    assert case.state == CaseState.WAITING


def test_one_who_says_no_takes_the_others_word_away(alice: Person, friends: list[Person]) -> None:
    third = protected("hugo")
    give_contact(alice, third)
    case = give_case(alice)
    vouch(case, *friends)
    vouch(case, third, is_owner=False)
    one, two = (protected(name, role=Role.RECOVERY_OFFICER) for name in ("one", "two"))
    assert not deciding.approve(actor=one.user, case=case, reason=WHY)
    assert "case:doubted" in alice.kinds()
    assert deciding.approve(actor=two.user, case=case, reason=WHY)


def test_friends_whom_a_thief_brought_along_do_not_count(clock: Any, alice: Person) -> None:
    """Two of the thief's agreed after the thief got in, and a day before the thief asked."""
    people = [protected("thief"), protected("thiefs-friend")]
    for person in people:
        give_contact(alice, person, agreed_at=timezone.now() - timedelta(days=9))
    late = protected("late")
    contact = give_contact(alice, late, agreed_at=timezone.now() - timedelta(days=7, hours=12))
    case = give_case(alice)  # eight days ago
    assert answering.counting(case).count() == 2
    with pytest.raises(answering.NotOpen):
        deciding.hear(case, contact, is_owner=True, origin=HOST)


def test_an_officer_who_is_a_friend_counts_once(alice: Person, friends: list[Person]) -> None:
    User.objects.filter(pk=friends[0].user.pk).update(role=Role.RECOVERY_OFFICER, is_staff=True)
    case = give_case(alice)
    vouch(case, *friends)
    assert not deciding.approve(actor=friends[0].reload(), case=case, reason=WHY)


def test_an_answer_is_given_once_and_only_while_the_case_waits(
    new_client: Browsers, alice: Person, friends: list[Person]
) -> None:
    case = give_case(alice)
    vouch(case, friends[0])
    with pytest.raises(answering.NotOpen):
        vouch(case, friends[0], is_owner=False)
    RecoveryCase.objects.filter(pk=case.pk).update(state=CaseState.STOPPED)
    with pytest.raises(answering.NotOpen):
        vouch(case, friends[1])
    his = enter(new_client(), friends[1], Strength.TWO_STEP)
    contact = RecoveryContact.objects.get(owner=alice.user, person=friends[1].user)
    assert "nothing to answer" in question(his, contact, words=words(case)).text


def test_words_are_guessed_five_times_at_most(
    new_client: Browsers, alice: Person, friends: list[Person]
) -> None:
    case = give_case(alice)
    his = enter(new_client(), friends[0], Strength.TWO_STEP)
    contact = RecoveryContact.objects.get(owner=alice.user, person=friends[0].user)
    for _each in range(5):
        question(his, contact, words="salt pepper mustard")
    answer = question(his, contact, words=words(case))
    assert answer.status_code == 429
    assert not case.answers.exists()


def test_a_friend_can_always_say_no_without_words(
    new_client: Browsers, alice: Person, friends: list[Person]
) -> None:
    case = give_case(alice)
    his = enter(new_client(), friends[0], Strength.TWO_STEP)
    contact = RecoveryContact.objects.get(owner=alice.user, person=friends[0].user)
    assert "We’ve noted" in question(his, contact, no="1").text
    assert not case.answers.get().is_owner


def test_opening_a_case_writes_to_the_friends_and_shows_the_words(
    new_client: Browsers, alice: Person, friends: list[Person]
) -> None:
    theirs = new_client()
    contact = "reached@elsewhere.example"
    theirs.post("/recover/", {"account": alice.address, "contact": contact})
    (letter,) = [sent for sent in mail.outbox if contact in sent.to]
    code = re.search(r"\b(\d{6})\b", str(letter.body))
    assert code
    page = theirs.post("/recover/code/", {"code": code[1]}, follow=True)
    case = RecoveryCase.objects.get(user=alice.user)
    assert " · ".join(answering.words_of(case)) in page.text
    for person in friends:
        assert any("may call you for help" in subject for subject in subjects(person.address))


def test_a_friend_declines_or_stops(new_client: Browsers, alice: Person, bob: Person) -> None:
    hers, his = new_client(), new_client()
    enter(hers, alice, Strength.TWO_STEP)
    enter(his, bob, Strength.TWO_STEP)
    ask(hers, bob.address)
    assert "You declined." in press(his, the_contact(alice), "decline").text
    assert not alice.user.recovery_contacts.exists()
    give_contact(alice, bob)
    assert "no longer a recovery contact" in press(his, the_contact(alice), "leave").text
    kinds = alice.kinds()
    assert {"recovery_contact:declined", "recovery_contact:left"} <= set(kinds)


def test_somebody_else_answers_for_nobody(new_client: Browsers, alice: Person, bob: Person) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    ask(hers, protected("fred").address)
    contact = the_contact(alice)
    stranger = enter(new_client(), bob, Strength.TWO_STEP)
    for act in ("agree", "decline", "leave"):
        assert press(stranger, contact, act).status_code == 404
    assert hers.post(f"{PAGE}{contact.public_id}/answer/", {"agree": "1"}).status_code == 404
    assert not changes.agree(contact, bob.user)


def test_not_me_takes_a_contact_back_that_a_weak_session_asked(
    new_client: Browsers, carol: Person, bob: Person
) -> None:
    """Without two-step, password and mailbox ask for it: the notice undoes it."""
    thief = enter(new_client(), carol, Strength.PASSWORD)
    answer = ask(thief, bob.address)
    assert "/confirm/" in answer.redirect_chain[0][0]
    assert not carol.user.recovery_contacts.exists()


def test_the_fire_drill_says_what_is_left(
    new_client: Browsers, alice: Person, friends: list[Person]
) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    values = re.findall(r'name="lost" value="([^"]+)"', hers.get("/security/fire-drill/").text)
    everything = hers.get("/security/fire-drill/", {"lost": values}).text
    assert "You’d have to ask for your account" in everything
    assert "at least 7 days" in everything
    assert "2 of your recovery contacts" in everything
    alice.user.recovery_contacts.all().delete()
    assert (
        "Then two members of staff have to agree."
        in hers.get("/security/fire-drill/", {"lost": values}).text
    )


def test_nobody_is_their_own_contact(alice: Person, carol: Person) -> None:
    own = make_person("dora")
    give_contact(own, own)
    assert not answering.counting(give_case(own)).exists()


@pytest.mark.parametrize(
    "name", ["\u202eecila", "see evil.example/now", "evil.example", "http://x", "a@b", "\u200b"]
)
def test_the_name_that_goes_to_somebody_else_is_one(
    new_client: Browsers, alice: Person, bob: Person, name: str
) -> None:
    """Whoever asks could else send a link of their own in a mail of the site."""
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    page = ask(hers, bob.address, name)
    contact = alice.user.recovery_contacts.first()
    if contact:
        assert contact.known_as == "ecila"
    else:
        assert "aria-invalid" in page.text


@pytest.mark.parametrize("name", ["J. de Vries", "Zoë O’Neil-Smith", "Alice (choir)"])
def test_real_names_are_taken(new_client: Browsers, alice: Person, bob: Person, name: str) -> None:
    ask(enter(new_client(), alice, Strength.TWO_STEP), bob.address, name)
    assert the_contact(alice).known_as == name


def test_the_overview_says_at_once_that_a_contact_no_longer_counts(
    new_client: Browsers, alice: Person, bob: Person, pia: Person
) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    assert "speak for you" not in seen(hers.get("/security/"))
    for friend in (bob, pia):
        give_contact(alice, friend)
    assert "2 people would speak for you" in seen(hers.get("/security/"))
    User.objects.filter(pk=bob.user.pk).update(two_step_since=None)
    words = seen(hers.get("/security/"))
    assert "Too few of them count now: 1. It takes 2" in words
    assert f"{bob.address} doesn’t count now" in words
    User.objects.filter(pk=pia.user.pk).update(is_active=False)
    words = seen(hers.get("/security/"))
    assert "Too few of them count now: 0." in words
    assert f"{pia.address} doesn’t count now" in words
