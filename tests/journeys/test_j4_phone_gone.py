"""J4: the phone is lost, or there is a new one; two-step verification stays on throughout."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from tests.journeys.hand import App, Hand, check_letter, code_of_mail
from tests.live import LiveSite
from tests.people import Person

Contexts = Callable[..., BrowserContext]


def in_by_mail(live: LiveSite, context: BrowserContext, person: Person) -> Hand:
    """Sign in without the phone."""
    hand = Hand(context.new_page())
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Sign in another way")
    before = len(live.mail.messages_for(person.address))
    hand.press(f"E-mail a code to {person.address[0]}")
    mail = live.mail.wait_for(person.address, after=before, subject="your code")
    hand.type_code(code_of_mail(mail))
    hand.reads("Where is your")
    return hand


def is_refused(hand: Hand, person: Person, app: App) -> None:
    """Find the code of an app refused at the sign-in."""
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.reads("Enter the code from your authenticator app")
    hand.type_code(app.code())
    hand.is_refused_the_code_of("Pixel 8")


def test_a_lost_phone_is_unlinked_and_a_new_one_linked(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    old = App.of(alice)
    thief = Hand(new_browser().new_page())
    thief.sign_in(alice, old)
    thief.reads("Your account is well protected")
    hand = in_by_mail(live, new_browser(), alice)
    says_what_will_happen(hand)
    assert alice.user.phones.count() == 1
    hand.press("Unlink this phone")
    says_what_was_done(hand)
    thief.press("Devices")
    thief.reads("Sign in")
    thief.sees("You were signed out. Sign in again to continue.")
    assert alice.reload().has_two_step
    hand.press("Set up a new phone")
    new = hand.links_phone("Pixel 9")
    hand.reads("The phone is unlinked")
    hand.sees("Pixel 9 is linked.")
    hand.press("Devices")
    hand.reads("Devices")
    says_until_when(hand)
    is_refused(thief, alice, old)
    strong_acts_wait(hand)
    assert alice.reload().has_two_step
    every_address_is_told(live, alice)
    thief.type_code(new.code())
    thief.reads("Your account is well protected")


def says_what_will_happen(hand: Hand) -> None:
    hand.press("It is lost or stolen")
    hand.reads("Pixel 8 is lost")
    hand.opens("What will happen")
    hand.sees("Codes from the authenticator app on Pixel 8 stop working at once.")
    hand.sees("We’ll sign out 1 other browser.")
    hand.sees("This browser stays signed in.")
    hand.sees("Two-step verification stays on.")
    hand.sees("We’ll notify all your confirmed e-mail addresses.")
    for way in ("E-mail a code", "Recovery code"):
        expect(hand.page.get_by_role("listitem").filter(has_text=way).first).to_be_visible()
    expect(hand.page.get_by_role("listitem").filter(has_text="Text a code")).to_have_count(0)


def says_what_was_done(hand: Hand) -> None:
    hand.reads("The phone is unlinked")
    lines = hand.page.locator(".checklist li")
    expect(lines).to_have_text(
        [
            "Pixel 8 is unlinked: its codes no longer work.",
            re.compile("We keep what was on Pixel 8 sealed until"),
            re.compile("someone with your password and a code from the phone can take it back"),
            "1 other browser was signed out.",
            "Two-step verification stays on.",
            "We notified all your confirmed e-mail addresses.",
        ]
    )
    hand.sees("Find My for an iPhone")
    hand.sees("Ask your mobile provider to block the SIM card")


def says_until_when(hand: Hand) -> None:
    """The hold of three days is shown, with its date."""
    hand.sees("Can sign you in now.")
    ends = timezone.localtime(timezone.now() + settings.RECOVERY_HOLD)
    days = {f"{moment.day} {moment:%b %Y}" for moment in (ends, ends - timedelta(minutes=2))}
    expect(hand.page.get_by_text("Can change what protects your account from:")).to_contain_text(
        re.compile("|".join(days))
    )


def strong_acts_wait(hand: Hand) -> None:
    """Nothing that weakens the account can be done before the hold is over."""
    hand.open("/security/two-step/off/")
    hand.reads("This needs your authenticator app")
    hand.sees("it can confirm this from:")


def every_address_is_told(live: LiveSite, person: Person) -> None:
    addresses = [row.address for row in person.user.email_addresses.verified()]
    assert len(addresses) == 2
    for address in addresses:
        for subject in ("a sign-in without your phone", "unlinked", "a phone was linked"):
            live.mail.wait_for(address, subject=subject)
        for mail in live.mail.messages_for(address):
            check_letter(mail)


def test_an_old_phone_works_until_the_new_one_has(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    old, elsewhere = App.of(bob), Hand(new_browser().new_page())
    hand = in_by_mail(live, new_browser(), bob)
    hand.press("I have a new phone")
    hand.reads("Set up your new phone")
    hand.sees("Pixel 8 stays linked until a code from the new phone works.")
    hand.type("Name of the phone", "Pixel 9")
    hand.press("Show the QR code")
    hand.reads("Set up your new phone")
    hand.sees("Pixel 9 replaces Pixel 8.")
    new = hand.reads_key()
    hand.type_code("000000", "Link this phone")
    hand.sees("This code is wrong.")
    elsewhere.sign_in(bob, old)
    elsewhere.reads("Your account is well protected")
    hand.type_code(new.code(), "Link this phone")
    hand.reads("Devices")
    hand.sees("Pixel 9 is linked. Pixel 8 is unlinked: its codes no longer work.")
    assert bob.reload().has_two_step
    elsewhere.press("Devices")
    elsewhere.reads("Sign in")
    is_refused(elsewhere, bob, old)
    elsewhere.type_code(new.code())
    elsewhere.reads("Your account is well protected")
