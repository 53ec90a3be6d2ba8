"""J3: the phone is at home, and a code comes another way."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, expect

from accounts.models import SentCode
from core.limits.counters import RateWindow
from tests.journeys.hand import App, Hand, check_letter, code_in, code_of_mail
from tests.live import LiveSite
from tests.people import Person

Contexts = Callable[..., BrowserContext]


def begin(context: BrowserContext, person: Person) -> Hand:
    """Type the password and ask for another way."""
    hand = Hand(context.new_page())
    hand.open("/sign-in/?next=/security/activity/")
    hand.type_password(person)
    hand.press("Sign in another way")
    hand.reads("Sign in another way")
    return hand


def the_pause_is_over(person: Person) -> None:
    """Put the newest code of a person a minute into the past, and so the pause after it."""
    pause = settings.SENT_CODE_PAUSE + timedelta(seconds=1)
    code = SentCode.objects.filter(user=person.user).latest("pk")
    SentCode.objects.filter(pk=code.pk).update(created_at=code.created_at - pause)
    RateWindow.objects.filter(ends_ms__lt=(code.created_at + pause).timestamp() * 1000).delete()


def test_a_code_by_mail_opens_the_account_and_nothing_changes(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    hand = begin(new_browser(), alice)
    name, _at, domain = alice.address.partition("@")
    hand.sees(f"to {name[0]}••••@{domain}")
    hand.sees(f"to •• {str(alice.user.phone_numbers.get())[-2:]}")
    hand.sees_not(alice.user.email_addresses.latest("pk").address)
    hand.press(f"E-mail a code to {alice.address[0]}")
    hand.reads("Enter the code from your e-mail")
    mail = live.mail.wait_for(alice.address)
    check_letter(mail)
    assert mail["Subject"] == "Latchkey: your code to sign in"
    fate = hand.page.locator("[data-fate-text]")
    expect(fate).to_have_text(re.compile(r"Handed to the mail server (just now|\d+ s ago)"))
    hand.type_code(code_of_mail(mail))
    hand.reads("Where is your Pixel 8?")
    hand.sees("Two-step verification stays on.")
    hand.press("I left it somewhere safe")
    hand.reads("Your account is well protected")
    assert alice.phone.name == "Pixel 8"
    assert alice.reload().has_two_step
    hand.open("/security/activity/")
    hand.sees("Signed in with password and e-mail code")
    for address in alice.user.email_addresses.verified():
        check_letter(live.mail.wait_for(address.address, subject="a sign-in without your phone"))


@pytest.mark.screen
def test_a_code_by_text_message_opens_it_when_the_mail_fails(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    number = str(alice.user.phone_numbers.get())
    live.mail.refuse[alice.address] = "550 no such mailbox"
    hand = begin(new_browser(), alice)
    hand.press(f"E-mail a code to {alice.address[0]}")
    # Said by the page's own module, without loading the page anew.
    hand.reads("Enter the code from your e-mail")
    hand.page.evaluate("document.body.dataset.same = 'page'")
    hand.sees("Not delivered. Try another way.")
    expect(hand.page.locator("body")).to_have_attribute("data-same", "page")
    hand.press("Sign in another way")
    hand.press("Text a code")
    hand.reads("Enter the code from the text message")
    hand.sees("Handed to the text message service")
    text = live.sms.wait_for(number).text
    assert text.splitlines()[-1] == f"@localhost #{code_in(text)}"
    hand.type_code(code_in(text))
    hand.reads("Where is your Pixel 8?")
    del live.mail.refuse[alice.address]


@pytest.mark.screen
def test_another_code_can_be_sent_after_the_pause_and_kills_the_first(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    hand = begin(new_browser(), bob)
    hand.press("E-mail a code")
    hand.reads("Enter the code from your e-mail")
    again = hand.find("Send another code")
    expect(again).to_be_disabled()
    expect(hand.page.get_by_text(re.compile(r"^in \d+ s$"))).to_be_visible()
    first = code_of_mail(live.mail.wait_for(bob.address))
    the_pause_is_over(bob)
    expect(again).to_be_enabled()
    again.click()
    second = code_of_mail(live.mail.wait_for(bob.address, after=1))
    if first != second:
        hand.type_code(first)
        hand.sees("This code is wrong, already used or too old.")
        expect(hand.page.get_by_label("Code", exact=True)).to_be_focused()
    hand.type_code(second)
    hand.reads("Where is your Pixel 8?")


@pytest.mark.screen
def test_the_phone_was_here_after_all(live: LiveSite, new_browser: Contexts, bob: Person) -> None:
    hand = begin(new_browser(), bob)
    hand.press("E-mail a code")
    hand.type_code(code_of_mail(live.mail.wait_for(bob.address)))
    hand.press("I have it, it just didn’t work")
    hand.reads("Why Pixel 8 may not have worked")
    hand.press("Go to the overview")
    hand.reads("Your account is well protected")


@pytest.mark.screen
def test_without_scripts_every_day_and_another_way_work_all_the_same(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    context, app = new_browser(java_script_enabled=False), App.of(bob)
    hand = Hand(context.new_page())
    hand.sign_in(bob, app, "/sign-in/?next=/devices/")
    hand.reads("Devices")
    hand.signs_out()
    hand = begin(context, bob)
    hand.press("E-mail a code")
    code = code_of_mail(live.mail.wait_for(bob.address, subject="your code"))
    hand.page.reload()
    hand.sees("Handed to the mail server")
    hand.press("Send another code")
    hand.sees("We’ve sent enough codes for now")
    hand.type_code(code)
    hand.reads("Where is your Pixel 8?")
    hand.press("I left it somewhere safe")
    hand.reads("Your account is well protected")
