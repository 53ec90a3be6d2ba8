"""The person with no method left, the owner who can stop a stranger, and two officers."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts import housekeeping
from accounts.activity.origin import HOST
from accounts.authentication.proofs import Strength
from accounts.models import CaseState, RecoveryCase, Role, User
from accounts.recovery_cases import deciding, finishing
from tests.links import open_link
from tests.people import Person, enter, protected

Browsers = Callable[..., Client]
WHY = "She showed her passport in a video call."
NEW = "seven green bottles on the wall"
REACHED = "new.mailbox@elsewhere.example"
HOURS = {"carol": 72, "alice": 168}


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    """Time stands until a test moves it."""
    with time_machine.travel(datetime(2026, 11, 30, 12, 0, tzinfo=UTC), tick=False) as moved:
        yield moved


@pytest.fixture
def tidy(django_capture_on_commit_callbacks: Any) -> Callable[[], None]:
    """What the worker does now and then."""

    def run() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            housekeeping.run()

    return run


def text_to(address: str, words: str) -> str:
    """The last mail to this address whose subject has these words."""
    return next(
        str(sent.body)
        for sent in reversed(mail.outbox)
        if address in sent.to and words in sent.subject
    )


def link_in(text: str, page: str) -> str:
    found = re.search(rf"https?://[^/\s]+({page}#\S+)", text)
    assert found, text
    return found[1]


def ask(browser: Client, account: str, contact: str = REACHED) -> Any:
    """Ask for an account, and type the code that comes."""
    browser.post("/recover/", {"account": account, "contact": contact})
    code = re.search(r"\b(\d{6})\b", text_to(contact, "your code"))
    assert code
    return browser.post("/recover/code/", {"code": code[1]}, follow=True)


def case_of(person: Person) -> RecoveryCase:
    return RecoveryCase.objects.filter(user=person.user).latest("pk")


def officer(new_client: Browsers, name: str = "officer") -> tuple[Person, Client]:
    person = protected(name, role=Role.RECOVERY_OFFICER)
    return person, enter(new_client(), person, Strength.TWO_STEP)


def opened(browser: Client, link: str) -> Any:
    """Follow a link that leads on to a page of its own."""
    return browser.get(open_link(browser, link)["Location"])


def look(browser: Client, contact: str = REACHED) -> str:
    """The page of the case, by the link in the first mail about it: sessions have ended by then."""
    link = link_in(text_to(contact, "we have your request"), "/recover/case/link/")
    return str(opened(browser, link).text)


def agree(browser: Client, case: RecoveryCase, act: str = "approve") -> Any:
    page = f"/admin/recovery/{case.public_id}/{act}/"
    return browser.post(page, {"checked": "nobody", "reason": WHY}, follow=True)


def approve(new_client: Browsers, clock: Any, person: Person) -> None:
    """Let the wait pass, and two officers agree."""
    clock.move_to(case_of(person).waits_until)
    for name in ("one", "two"):
        _person, desk = officer(new_client, name)
        agree(desk, case_of(person))
    assert case_of(person).state == CaseState.APPROVED


def test_a_person_with_nothing_left_gets_back_in(
    new_client: Browsers, clock: Any, alice: Person
) -> None:
    theirs = new_client()
    page = ask(theirs, alice.address)
    assert "Nobody can get in yet, not even you." in page.text
    assert "Nobody decides before" in page.text
    told = {to for sent in mail.outbox if "wants to recover" in sent.subject for to in sent.to}
    assert told == set(alice.user.email_addresses.verified().values_list("address", flat=True))
    case = case_of(alice)
    assert case.waits_until - case.opened_at == timedelta(hours=HOURS["alice"])
    first, one = officer(new_client, "first")
    second, two = officer(new_client, "second")
    clock.shift(timedelta(hours=HOURS["alice"]))
    for person, browser in ((first, one), (second, two)):
        enter(browser, person, Strength.TWO_STEP)
    assert "A second officer has to agree" in agree(one, case).text
    agree(one, case)
    assert case_of(alice).state == CaseState.WAITING
    answer = agree(two, case)
    assert "sent the person a link" in answer.text
    link = link_in(text_to(REACHED, "choose a new password"), "/recover/password/link/")
    assert link not in answer.text
    assert "Your request was approved." in look(theirs)
    page = opened(theirs, link)
    assert "Two-step verification stays on." in page.text
    done = theirs.post("/recover/password/", {"new_password": NEW})
    assert done["Location"] == "/sign-in/where-is-your-phone/"
    user = alice.reload()
    assert user.check_password(NEW)
    assert user.has_two_step
    assert case_of(alice).state == CaseState.DONE
    assert "You chose a new password." in look(new_client())


def test_the_owner_stops_it_from_the_mail_without_signing_in(
    new_client: Browsers, clock: Any, alice: Person
) -> None:
    thief, owner = new_client(), new_client()
    ask(thief, alice.address)
    case = case_of(alice)
    clock.shift(timedelta(days=6, hours=23))
    link = link_in(text_to(alice.address, "wants to recover"), "/recover/stop/")
    page = open_link(owner, link)
    assert "Stop the request?" in page.text
    assert case_of(alice).is_open  # only the button changes something
    token = link.partition("#")[2]
    assert (
        "The request is stopped" in owner.post("/recover/stop/", {"token": token, "stop": "1"}).text
    )
    assert case_of(alice).state == CaseState.STOPPED
    assert "The owner of the account stopped your request." in look(thief)
    clock.shift(timedelta(hours=2))
    _person, desk = officer(new_client)
    agree(desk, case)
    assert not case.approvals.exists()
    assert [sent for sent in mail.outbox if "choose a new password" in sent.subject] == []
    assert "stopped" in owner.post("/recover/stop/", {"token": token, "stop": "1"}).text
    assert alice.kinds().count("case:stopped") == 1


def test_signing_in_with_a_strong_factor_ends_it(
    client: Client, new_client: Browsers, alice: Person
) -> None:
    ask(new_client(), alice.address)
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    client.post("/sign-in/authenticator/", {"code": alice.code()})
    assert case_of(alice).state == CaseState.PROVED
    assert alice.reload().case_opened_at is None
    assert "case:proved" in alice.kinds()


def test_nobody_approves_before_the_wait_is_over(
    new_client: Browsers, clock: Any, carol: Person
) -> None:
    ask(new_client(), carol.address)
    case = case_of(carol)
    assert case.waits_until - case.opened_at == timedelta(hours=HOURS["carol"])
    boss = protected("boss", role=Role.ADMINISTRATOR)
    clock.shift(timedelta(hours=71, minutes=59))
    desk = enter(new_client(), boss, Strength.TWO_STEP)
    page = desk.get(f"/admin/recovery/{case.public_id}/")
    assert "/approve/" not in page.text
    agree(desk, case)
    with pytest.raises(deciding.TooEarly):
        deciding.approve(actor=boss.user, case=case_of(carol), reason=WHY)
    assert not case.approvals.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SUPPORT])
def test_only_officers_decide(new_client: Browsers, clock: Any, carol: Person, role: Role) -> None:
    ask(new_client(), carol.address)
    case = case_of(carol)
    clock.shift(timedelta(hours=73))
    person = protected("helper", role=role)
    desk = enter(new_client(), person, Strength.TWO_STEP)
    assert desk.get(f"/admin/recovery/{case.public_id}/").status_code == 200
    for act in ("approve", "decline"):
        assert agree(desk, case, act).status_code == 403
    with pytest.raises(PermissionDenied):
        deciding.approve(actor=person.user, case=case_of(carol), reason=WHY)


def test_an_officer_decides_nothing_about_themselves_or_a_colleague(
    new_client: Browsers, clock: Any, rows: None
) -> None:
    own, _browser = officer(new_client, "own")
    other, _browser = officer(new_client, "other")
    ask(new_client(), own.address)
    clock.shift(timedelta(days=8))
    for actor in (own, other):
        with pytest.raises(PermissionDenied):
            deciding.approve(actor=actor.user, case=case_of(own), reason=WHY)


def test_one_officer_twice_is_one_word_and_a_revoked_one_is_none(
    new_client: Browsers, clock: Any, carol: Person
) -> None:
    first, _browser = officer(new_client, "first")
    second, _browser = officer(new_client, "second")
    third, _browser = officer(new_client, "third")
    ask(new_client(), carol.address)
    clock.shift(timedelta(hours=73))
    case = case_of(carol)
    for _again in range(3):
        assert not deciding.approve(actor=first.user, case=case, reason=WHY)
    User.objects.filter(pk=first.user.pk).update(role=Role.SUPPORT)
    assert not deciding.approve(actor=second.user, case=case, reason=WHY)
    assert case_of(carol).state == CaseState.WAITING
    assert deciding.approve(actor=third.user, case=case, reason=WHY)
    with pytest.raises(deciding.Ended):
        deciding.approve(actor=third.user, case=case, reason=WHY)


def test_an_unknown_account_is_answered_alike_and_told_nobody(
    new_client: Browsers, clock: Any, carol: Person, tidy: Callable[[], None]
) -> None:
    real, none = new_client(), new_client()
    known = ask(real, carol.address).text
    unknown = ask(none, "nobody@latchkey.example", "other@elsewhere.example").text
    case = RecoveryCase.objects.get(user=None)
    assert case.waits_until - case.opened_at in {timedelta(hours=each) for each in HOURS.values()}

    def plain(text: str) -> str:
        return re.sub(
            r"<time.*?</time>|<b>.*?</b>|\S+@\S+|value=\"\S+\"|\d+ days?", "", text, flags=re.DOTALL
        )

    assert plain(known) == plain(unknown)
    _person, desk = officer(new_client)
    assert "nobody@" not in desk.get("/admin/recovery/").text
    assert desk.get(f"/admin/recovery/{case.public_id}/").status_code == 404
    clock.shift(timedelta(days=9))
    tidy()
    assert "We couldn’t confirm" in look(new_client(), "other@elsewhere.example")
    assert text_to("other@elsewhere.example", "request has ended")


def test_one_case_at_a_time_and_the_second_who_asks_is_noted(
    new_client: Browsers, carol: Person
) -> None:
    ask(new_client(), carol.address)
    page = ask(new_client(), carol.address, "rival@elsewhere.example")
    assert "There is a request already" in page.text
    assert RecoveryCase.objects.filter(user=carol.user).count() == 1
    assert [each["kind"] for each in case_of(carol).evidence] == ["rival"]


def test_nothing_waits_for_ever(
    new_client: Browsers, clock: Any, carol: Person, tidy: Callable[[], None]
) -> None:
    ask(new_client(), carol.address)
    clock.shift(timedelta(hours=49))
    tidy()
    tidy()
    assert carol.kinds().count("case:reminded") == 1
    assert link_in(text_to(carol.address, "still open"), "/recover/stop/")
    clock.shift(timedelta(days=15))
    tidy()
    assert case_of(carol).state == CaseState.EXPIRED
    assert "was not decided in time" in look(new_client())
    assert "case:expired" in carol.kinds()
    assert carol.reload().case_opened_at is None


def test_the_link_works_once_for_an_hour_and_dies_with_the_case(
    new_client: Browsers, clock: Any, carol: Person
) -> None:
    ask(new_client(), carol.address)
    approve(new_client, clock, carol)
    link = link_in(text_to(REACHED, "choose a new password"), "/recover/password/link/")
    clock.shift(timedelta(minutes=61))
    assert open_link(new_client(), link).status_code == 400
    browser = new_client()
    look(browser)
    answer = browser.post("/recover/case/", {"link": "1"}, follow=True)
    assert "Another link is on its way." in answer.text
    fresh = link_in(text_to(REACHED, "choose a new password"), "/recover/password/link/")
    assert fresh != link
    stop = link_in(text_to(carol.address, "was approved"), "/recover/stop/").partition("#")[2]
    new_client().post("/recover/stop/", {"token": stop, "stop": "1"})
    assert open_link(new_client(), fresh).status_code == 400
    assert not carol.reload().check_password(NEW)


def test_the_pages_lead_there(client: Client, alice: Person) -> None:
    for page in ("/sign-in/", "/password/reset/", "/sign-in/lost-your-phone/"):
        assert 'href="/recover/"' in client.get(page).text
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    assert 'href="/recover/"' in client.get("/sign-in/another-way/").text


def test_somebody_without_two_step_gets_in_with_the_new_password(
    new_client: Browsers, clock: Any, carol: Person
) -> None:
    ask(new_client(), carol.address)
    approve(new_client, clock, carol)
    browser = new_client()
    link = link_in(text_to(REACHED, "choose a new password"), "/recover/password/link/")
    opened(browser, link)
    done = browser.post("/recover/password/", {"new_password": NEW}, follow=True)
    assert done.status_code == 200
    assert browser.get("/security/").status_code == 200
    assert carol.reload().check_password(NEW)
    added = browser.post("/security/contact/addresses/add/", {"address": REACHED}, follow=True)
    assert "six digits" in added.text or "Confirm" in added.text


def test_every_notice_meanwhile_has_the_stop(new_client: Browsers, carol: Person) -> None:
    """A stranger who knows the password could bury the first one under many."""
    client = new_client()
    ask(new_client(), carol.address)
    enter(client, carol, Strength.PASSWORD)
    form = {"password": carol.password, "new_password": NEW}
    client.post("/security/password/", form)
    text = text_to(carol.address, "password")
    assert "Besides, somebody asks to get into your account" in text
    stop = link_in(text, "/recover/stop/").partition("#")[2]
    new_client().post("/recover/stop/", {"token": stop, "stop": "1"})
    assert case_of(carol).state == CaseState.STOPPED
    client.post(
        "/security/password/", {"password": NEW, "new_password": "nine small boats upon a lake"}
    )
    assert "Besides," not in text_to(carol.address, "password")


def test_who_is_signed_in_stops_it_on_the_overview(
    client: Client, new_client: Browsers, carol: Person
) -> None:
    ask(new_client(), carol.address)
    enter(client, carol, Strength.PASSWORD)
    assert "/security/recovery-request/" in client.get("/security/").text
    page = client.get("/security/recovery-request/")
    assert "Stop the request?" in page.text
    assert case_of(carol).is_open
    assert "is stopped" in client.post("/security/recovery-request/").text
    assert "nothing to stop" in client.post("/security/recovery-request/").text
    assert "/security/recovery-request/" not in client.get("/security/").text
    assert carol.kinds().count("case:stopped") == 1


def test_asking_from_a_browser_that_is_signed_in_is_noted_for_officers(
    client: Client, new_client: Browsers, carol: Person
) -> None:
    enter(client, carol, Strength.PASSWORD)
    ask(client, carol.address)
    assert [each["kind"] for each in case_of(carol).evidence] == ["session"]
    _person, desk = officer(new_client)
    page = desk.get(f"/admin/recovery/{case_of(carol).public_id}/")
    assert "a browser that was signed in to the account" in page.text


def test_officers_see_who_asked_before(new_client: Browsers, clock: Any, carol: Person) -> None:
    ask(new_client(), carol.address, "first@elsewhere.example")
    stop = link_in(text_to(carol.address, "wants to recover"), "/recover/stop/").partition("#")[2]
    new_client().post("/recover/stop/", {"token": stop, "stop": "1"})
    clock.shift(timedelta(hours=1))
    ask(new_client(), carol.address)
    _person, desk = officer(new_client)
    page = desk.get(f"/admin/recovery/{case_of(carol).public_id}/")
    assert "Earlier requests" in page.text
    assert "stopped by the owner" in page.text


def test_an_officer_who_is_one_again_can_press_again(
    new_client: Browsers, clock: Any, carol: Person
) -> None:
    """The role went after the first word and came back after the second: it is not stuck."""
    first, desk = officer(new_client, "first")
    second, _browser = officer(new_client, "second")
    ask(new_client(), carol.address)
    clock.shift(timedelta(hours=73))
    case = case_of(carol)
    enter(desk, first, Strength.TWO_STEP)
    agree(desk, case)
    User.objects.filter(pk=first.user.pk).update(role=Role.SUPPORT)
    assert not deciding.approve(actor=second.user, case=case, reason=WHY)
    assert deciding.is_last_word(case_of(carol), second.user) is False
    User.objects.filter(pk=first.user.pk).update(role=Role.RECOVERY_OFFICER)
    assert "/approve/" in desk.get(f"/admin/recovery/{case.public_id}/").text
    agree(desk, case)
    assert case_of(carol).state == CaseState.APPROVED
    assert carol.kinds().count("case:supported") == 2


@pytest.mark.parametrize("what", ["locked", "new password"])
def test_what_happened_after_the_link_was_opened_counts_when_it_is_used(
    new_client: Browsers, clock: Any, carol: Person, what: str
) -> None:
    ask(new_client(), carol.address)
    approve(new_client, clock, carol)
    link = link_in(text_to(REACHED, "choose a new password"), "/recover/password/link/")
    found = finishing.find(link.partition("#")[2])
    assert found
    before = carol.reload()
    if what == "locked":
        User.objects.filter(pk=before.pk).update(is_active=False)
    else:
        before.set_password("chosen by the owner a moment ago")
        before.save()
    kept = carol.reload().password
    assert finishing.finish(*found, password=NEW, origin=HOST) is None
    assert carol.reload().password == kept
    assert case_of(carol).state == CaseState.APPROVED
