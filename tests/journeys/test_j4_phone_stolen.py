"""J4, the worst day: the phone is stolen while it is signed in."""

import re
from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from core.outbox.models import Message, Status
from tests.journeys.hand import App, Hand, check_letter
from tests.live import LiveSite
from tests.live.sinks import body_of
from tests.people import Person

Contexts = Callable[..., BrowserContext]
DESK = "/sign-in/?next=/devices/lost/"


def test_phone_stolen_while_signed_in(live: LiveSite, new_browser: Contexts, alice: Person) -> None:
    """A thief holds the signed-in phone, the owner a borrowed laptop and one recovery code."""
    since, old = alice.user.two_step_since, App.of(alice)
    thief = Hand(new_browser(viewport={"width": 360, "height": 780}).new_page())
    thief.sign_in(alice, old)
    thief.reads("Your account is well protected")
    owner = Hand(new_browser().new_page())
    comes_to_the_desk(owner, alice)
    says_what_will_happen(owner)
    thief.press("Devices")
    thief.reads("Devices")
    assert alice.phone.name == "Pixel 8", "nothing has happened yet"
    owner.press("Unlink this phone")
    says_what_was_done(owner)
    next_click_is_refused(thief)
    doors = ["/sign-in/", DESK, *links_of_the_notice(live, alice)]
    gets_nowhere(thief, alice, old, doors=doors, has_new_phone=False)
    assert alice.reload().two_step_since == since
    new = leads_on(owner, alice)
    gets_nowhere(thief, alice, old, doors=doors[:2], has_new_phone=True)
    assert alice.reload().two_step_since == since
    everybody_is_told(live, alice)
    the_new_phone_opens(new_browser, alice, new)
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 9"]


def comes_to_the_desk(owner: Hand, alice: Person) -> None:
    """From the page that asks for the phone's code, straight to the desk."""
    owner.open("/sign-in/")
    owner.type_password(alice)
    owner.reads("Enter the code from your authenticator app")
    owner.press("Lost your phone?")
    owner.reads("Lost your phone?")
    owner.sees_not("Authenticator app on Pixel 8")
    owner.press("Recovery code")
    owner.type_code(alice.codes[0])
    owner.reads("Pixel 8 is lost")
    owner.sees("That code is used up. You have 9 recovery codes left.")


def says_what_will_happen(owner: Hand) -> None:
    owner.opens("What will happen")
    for line in (
        "Codes from the authenticator app on Pixel 8 stop working at once.",
        "You signed in another way, so we’ll keep what was on it sealed until",
        "someone with your password and a code from the phone can take it back",
        "We’ll sign out 1 other browser.",
        "This browser stays signed in.",
        "Two-step verification stays on.",
        "We’ll notify all your confirmed e-mail addresses.",
        "may still arrive on the lost phone. Ask your provider to block its SIM card.",
    ):
        owner.sees(line)


def says_what_was_done(owner: Hand) -> None:
    owner.reads("The phone is unlinked")
    expect(owner.page.locator(".checklist li")).to_have_text(
        [
            "Pixel 8 is unlinked: its codes no longer work.",
            re.compile("We keep what was on Pixel 8 sealed until"),
            re.compile("someone with your password and a code from the phone can take it back"),
            "1 other browser was signed out.",
            "Two-step verification stays on.",
            "We notified all your confirmed e-mail addresses.",
        ]
    )
    owner.sees("Find My for an iPhone")
    steps = owner.page.locator(".steps li b")
    expect(steps).to_have_text(
        [
            "Set up your new phone",
            "Make new recovery codes",
            "Check your addresses and numbers",
        ]
    )
    owner.sees("You used one to sign in.")


def next_click_is_refused(thief: Hand) -> None:
    thief.press("Activity")
    thief.reads("Sign in")
    thief.sees("You were signed out. Sign in again to continue.")


def links_of_the_notice(live: LiveSite, alice: Person) -> list[str]:
    mail = live.mail.wait_for(alice.address, subject="a phone was unlinked")
    links = [word for word in body_of(mail).split() if word.startswith(live.url)]
    public = ("/password/", "/report/")  # what a mailbox opens is told in test_not_me.py
    closed = [link for link in links if not link.removeprefix(live.url).startswith(public)]
    assert closed
    return closed


def gets_nowhere(
    thief: Hand, alice: Person, old: App, *, doors: list[str], has_new_phone: bool
) -> None:
    """Try these doors with the password and the codes of the stolen phone."""
    for door in doors:
        thief.page.context.clear_cookies()
        thief.open(door)
        thief.reads("Sign in")
        thief.type_password(alice)
        if has_new_phone:
            thief.reads("Enter the code from your authenticator app")
            thief.type_code(old.code())
            thief.is_refused_the_code_of("Pixel 8")
        else:
            thief.reads("E-mail a code")
            thief.open("/sign-in/authenticator/")
            thief.reads("Sign in another way")
            thief.sees_not("Authenticator app")
        thief.open("/devices/")
        thief.reads("Sign in")


def leads_on(owner: Hand, alice: Person) -> App:
    """A new phone, then back to the list, then new codes; the list remembers what is done."""
    report = owner.page.url
    owner.press("Set up a new phone")
    new = owner.links_phone("Pixel 9")
    owner.reads("The phone is unlinked")
    expect(owner.page).to_have_url(report)
    owner.sees("Pixel 9 is linked.")
    owner.press("Recovery codes")
    owner.press("Make new recovery codes")
    owner.reads("Save your recovery codes")
    fresh = owner.page.locator("[data-recovery-code]").all_inner_texts()
    assert not set(fresh) & set(alice.codes)
    owner.type_code(fresh[0], "Done")
    owner.open(report)
    owner.sees("You’ve made a new sheet since then.")
    owner.press("Contact and password")
    owner.sees(alice.address)
    return new


def everybody_is_told(live: LiveSite, alice: Person) -> None:
    """Every confirmed address, of every change, in letters that say the same in both parts."""
    subjects = (
        "a sign-in without your phone",
        "a phone was unlinked",
        "a phone was linked",
        "recovery codes",
    )
    addresses = [row.address for row in alice.user.email_addresses.verified()]
    assert len(addresses) == 2
    # After three letters within a minute the next one waits for what else that minute brings.
    waiting = Message.objects.filter(recipient__in=addresses, status=Status.QUEUED)
    waiting.update(next_attempt_at=timezone.now())
    for address in addresses:
        for subject in subjects:
            live.mail.wait_for(address, subject=subject)
        for mail in live.mail.messages_for(address):
            check_letter(mail)
    told = body_of(live.mail.wait_for(addresses[0], subject="a phone was unlinked"))
    assert "Pixel 8 unlinked" in told
    assert "Wasn’t you, and you have the phone?" in told
    assert f"This was not me\n{live.url}/report/" in told.replace("\r\n", "\n")


def the_new_phone_opens(new_browser: Contexts, alice: Person, new: App) -> None:
    """With a hold, and without the question of a recovery: it is the phone that opened."""
    hand = Hand(new_browser().new_page())
    hand.sign_in(alice, new)
    hand.reads("Your account is well protected")
