"""J8: phone, mailbox and codes are gone; the owner, and a stranger who says so, told side by side.

Four browsers: the person who asks, the owner's, and those of two recovery officers.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from accounts.models import RecoveryCase, Role
from tests.contacts import give_contact
from tests.journeys.hand import App, Hand, check_letter, code_of_mail
from tests.live import LiveSite, fresh_address
from tests.live.sinks import body_of
from tests.people import Person, protected

Contexts = Callable[..., BrowserContext]
NEW = "copper violet anchor meadow"
WHY = "Met her in person; her passport and her old badge agree."


def in_letter(live: LiveSite, address: str, subject: str, path: str) -> str:
    """Read the mail of this subject, and return the address in it under this path."""
    mail = live.mail.wait_for(address, subject=subject)
    check_letter(mail)
    return next(word for word in body_of(mail).split() if word.startswith(live.url + path))


def asks(live: LiveSite, hand: Hand, account: str, contact: str) -> None:
    """Find the way from the sign-in page, and confirm a mailbox."""
    hand.open("/sign-in/")
    hand.press("Nothing left to sign in with?")
    hand.reads("Nothing left to sign in with")
    hand.type("E-mail address of the account", account)
    hand.type("An e-mail address that you can read now", contact)
    hand.press("Send me a code")
    hand.reads("Confirm where we reach you")
    hand.type_code("000000", "Ask for my account")
    hand.sees("This code is wrong")
    hand.type_code(code_of_mail(live.mail.wait_for(contact)), "Ask for my account")
    hand.reads("Your request for your account")
    hand.sees("Nobody can get in yet, not even you.")


def let_the_wait_pass(person: Person) -> RecoveryCase:
    """Let seven days pass, as far as the case knows."""
    case = RecoveryCase.objects.filter(user=person.user).latest("pk")
    assert case.waits_until - case.opened_at == timedelta(days=7)
    rows = RecoveryCase.objects.filter(pk=case.pk)
    rows.update(opened_at=timezone.now() - timedelta(days=7), waits_until=timezone.now())
    return case


def at_the_desk(new_browser: Contexts, name: str, person: Person) -> Hand:
    """Sign in as a recovery officer, find the account, and open its case.

    The list of cases has pages, and the earliest to decide stand first.
    """
    officer = protected(name, role=Role.RECOVERY_OFFICER)
    desk = Hand(new_browser().new_page())
    desk.sign_in(officer, App.of(officer), "/admin/")
    desk.reads("Accounts")
    desk.type("Find an account", person.address)
    desk.press("Find")
    desk.press(person.address)
    desk.press("See the request for this account")
    desk.reads("Recovery of")
    return desk


def approves(desk: Hand) -> None:
    """Give the word of this officer."""
    desk.press("Approve")
    desk.reads("Approve the recovery")
    desk.acts_because(WHY)
    desk.press("Approve it")


def test_a_person_with_nothing_left_comes_back_with_a_new_phone(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    contact = fresh_address("new-mailbox")
    hers = Hand(new_browser().new_page())
    asks(live, hers, alice.address, contact)
    for row in alice.user.email_addresses.verified():
        in_letter(live, row.address, "wants to recover", "/recover/stop/")
    one = at_the_desk(new_browser, "first", alice)
    expect(one.page.get_by_role("link", name="Approve")).to_have_count(0)
    let_the_wait_pass(alice)
    one.page.reload()
    approves(one)
    one.sees("A second officer has to agree.")
    two = at_the_desk(new_browser, "second", alice)
    two.sees(WHY)
    approves(two)
    two.sees("sent the person a link")
    link = in_letter(live, contact, "choose a new password", "/recover/password/link/")
    assert link.partition("#")[2] not in two.page.content()
    for row in alice.user.email_addresses.verified():
        in_letter(live, row.address, "was approved", "/recover/stop/")
    chooses_a_password_and_adds_a_phone(hers, alice, link)


def test_two_friends_vouch_on_the_telephone(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    friends = [protected("fred"), protected("gina")]
    for friend in friends:
        give_contact(alice, friend, known_as="Alice from the choir")
    contact = fresh_address("new-mailbox")
    hers = Hand(new_browser().new_page())
    asks(live, hers, alice.address, contact)
    words = hers.page.locator("dd b").inner_text().replace(" · ", " ")
    let_the_wait_pass(alice)
    for friend in friends:
        answers_the_call(live, Hand(new_browser().new_page()), friend, words)
    one = at_the_desk(new_browser, "first", alice)
    one.sees("says that it is the owner")
    approves(one)
    one.sees("sent the person a link")
    link = in_letter(live, contact, "choose a new password", "/recover/password/link/")
    chooses_a_password_and_adds_a_phone(hers, alice, link)


def answers_the_call(live: LiveSite, his: Hand, friend: Person, words: str) -> None:
    """Do what the mail says: wait for the call, and type the words."""
    letter = live.mail.wait_for(friend.address, subject="may call you for help")
    check_letter(letter)
    his.sign_in(friend, App.of(friend))
    his.open("/security/recovery-contacts/")
    his.sees("Alice from the choir may need you.")
    his.press("Answer")
    his.reads("Is it Alice from the choir?")
    his.type("The three words", "not these words")
    his.press("Yes, it’s them")
    his.sees("These are not the words.")
    his.type("The three words", words)
    his.press("Yes, it’s them")
    his.sees("We’ve noted your answer.")


def chooses_a_password_and_adds_a_phone(hers: Hand, alice: Person, link: str) -> None:
    """Follow the link to the end: the old phone goes, the new one signs in."""
    hers.open(link)
    hers.reads("Choose a new password")
    hers.sees("Two-step verification stays on.")
    hers.type("New password", NEW)
    hers.press("Save the password")
    hers.reads("Where is your Pixel 8?")
    hers.press("It is lost or stolen")
    hers.press("Unlink this phone")
    hers.reads("The phone is unlinked")
    hers.open("/devices/link/")
    phone = hers.links_phone("Pixel 9")
    hers.sees("Pixel 9 is linked.")
    assert alice.reload().has_two_step
    hers.signs_out()
    alice.password = NEW
    hers.sign_in(alice, phone)
    hers.open("/security/")
    hers.sees("Pixel 9")
    hers.open(link)
    hers.reads("This link does not work")
    assert "case:done" in alice.kinds()


def test_the_owner_stops_a_stranger_from_the_mail(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    contact = fresh_address("stranger")
    thief = Hand(new_browser().new_page())
    asks(live, thief, alice.address, contact)
    let_the_wait_pass(alice)
    one = at_the_desk(new_browser, "first", alice)
    approves(one)
    two = at_the_desk(new_browser, "second", alice)
    two.press("Approve")
    two.reads("Approve the recovery")
    owner = Hand(new_browser().new_page())
    owner.open(in_letter(live, alice.address, "one of two approvals", "/recover/stop/"))
    owner.reads("Stop the request?")
    owner.press("Stop it")
    owner.reads("The request is stopped")
    two.acts_because(WHY)
    two.press("Approve it")
    two.sees("stopped by the owner")
    thief.page.reload()
    thief.sees("The owner of the account stopped your request.")
    live.mail.wait_for(contact, subject="your request has ended")
    owner.sign_in(alice, App.of(alice))
    owner.reads("Your account is well protected")
    sent = [str(mail["Subject"]) for mail in live.mail.messages_for(contact)]
    assert not [subject for subject in sent if "choose a new password" in subject]


@pytest.mark.screen
def test_somebody_who_is_signed_in_stops_it_on_the_overview(
    live: LiveSite, new_browser: Contexts, carol: Person
) -> None:
    """Without two-step there is no strong proof that could end it."""
    owner = Hand(new_browser().new_page())
    owner.open("/sign-in/")
    owner.type_password(carol)
    owner.reads("Your account|Add a second step|password")
    asks(live, Hand(new_browser().new_page()), carol.address, fresh_address("stranger"))
    owner.open("/security/")
    owner.sees("Somebody asks to get into your account.")
    owner.press("Look at the request")
    owner.press("Stop it")
    owner.reads("The request is stopped")
    owner.open("/security/")
    owner.sees_not("Somebody asks to get into your account.")
    assert carol.kinds().count("case:stopped") == 1
