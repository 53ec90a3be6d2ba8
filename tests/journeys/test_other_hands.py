"""J1 to J6 by those who have no mouse, and by those whose browser runs no scripts."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.authentication.proofs import Strength
from tests.journeys.hand import App, Hand, code_of_mail
from tests.journeys.keyboard import Keyboard
from tests.journeys.test_j1_first_day import PASSWORD, make_codes, sign_up
from tests.live import LiveSite, fresh_address
from tests.people import Person, enter, give_phone

Contexts = Callable[..., BrowserContext]
pytestmark = pytest.mark.screen
HANDS: dict[str, type[Hand]] = {"keyboard": Keyboard, "no-scripts": Hand}


@pytest.fixture(params=HANDS)
def hand(new_browser: Contexts, request: pytest.FixtureRequest) -> Hand:
    """Somebody else's hand, at a browser of their own."""
    scripts = request.param == "keyboard"
    return HANDS[request.param](new_browser(java_script_enabled=scripts).new_page())


def test_first_day_and_every_day(live: LiveSite, hand: Hand) -> None:
    """J1 and J2: an account, an app, codes on paper; then in again."""
    address = fresh_address("pia")
    sign_up(live, hand, address)
    hand.reads("Your password is all that protects your account")
    hand.press("Turn on two-step verification")
    hand.press("Set up a phone or add a passkey")
    hand.type("Name of the phone", "Pixel 8")
    hand.press("Show the QR code")
    app = hand.reads_key()
    corrects_a_code(hand, "000000", app.code(), "Link this phone")
    hand.sees("Pixel 8 is linked.")
    codes = make_codes(hand)
    hand.type_code(codes[3], "Done, turn on two-step verification")
    hand.reads("Your account is well protected")
    hand.signs_out()
    hand.type("E-mail address", address)
    hand.type("Password", PASSWORD)
    hand.press("Continue")
    hand.reads("Enter the code from your authenticator app")
    hand.type_code(app.code())
    hand.reads("Your account is well protected")


def corrects_a_code(hand: Hand, wrong: str, right: str, button: str = "Continue") -> None:
    """Type a wrong code first: the focus is at the field again, and the right one goes there."""
    hand.type_code(wrong, button)
    hand.sees("This code is wrong")
    expect(hand.page.get_by_label("Code", exact=True)).to_be_focused()
    hand.type_code(right, button)


def test_the_phone_is_at_home_then_gone(live: LiveSite, hand: Hand, alice: Person) -> None:
    """J3, J5 and J4: by mail, by paper, and the phone is unlinked and another one linked."""
    by_another_way(hand, alice, f"E-mail a code to {alice.address[0]}")
    mail = live.mail.wait_for(alice.address, subject="your code")
    corrects_a_code(hand, "000000", code_of_mail(mail))
    hand.reads("Where is your Pixel 8?")
    hand.press("I left it somewhere safe")
    hand.reads("Your account is well protected")
    hand.signs_out()
    by_another_way(hand, alice, "Recovery code")
    hand.type_code(alice.codes[0].lower().replace("-", " "))
    hand.reads("Where is your Pixel 8?")
    hand.press("It is lost or stolen")
    hand.reads("Pixel 8 is lost")
    hand.press("Unlink this phone")
    hand.reads("The phone is unlinked")
    hand.press("Set up a new phone")
    hand.links_phone("Pixel 9")
    hand.sees("Pixel 9 is linked.")
    hand.press("Recovery codes")
    hand.sees("9 of 10 codes left")
    assert alice.reload().has_two_step


def by_another_way(hand: Hand, person: Person, way: str) -> None:
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Sign in another way")
    hand.press(way)


def test_is_that_me(hand: Hand, bob: Person) -> None:
    """J6: the page of devices; rename, sign out one and all, unlink; and what happened."""
    app = App.of(bob)
    give_phone(bob, "iPhone 12")
    hand.sign_in(bob, app)
    for _each in range(3):
        enter(Client(), bob, Strength.TWO_STEP)
    hand.press("Devices")
    hand.reads("Devices")
    if isinstance(hand, Keyboard):
        skips_to_the_content(hand)
        opens_and_closes_a_menu(hand)
    opens_menu(hand, "Pixel 8")
    hand.press("Rename")
    hand.type("Name of the phone", "Pixel of Bob")
    hand.press("Save the name")
    hand.sees("Pixel of Bob")
    hand.press("Sign out Unknown browser")
    hand.press("Sign it out")
    hand.press("Sign out everywhere else")
    hand.reads("Sign out everywhere else\\?")
    hand.press("Sign out everywhere else")
    hand.reads("Devices")
    expect(hand.page.locator("#browsers article")).to_have_count(1)
    unlinks(hand)
    hand.press("Activity")
    hand.sees("iPhone 12")
    assert [phone.name for phone in bob.user.phones.linked()] == ["Pixel of Bob"]


def skips_to_the_content(hand: Keyboard) -> None:
    """The first key on a page offers to pass what every page has."""
    hand.page.reload()
    hand.key("Tab")
    hand.stands_at(hand.page.get_by_role("link", name="Skip to the content"))
    hand.key("Enter")
    expect(hand.page.locator("#main")).to_be_focused()
    hand.key("Tab")
    hand.stands_at(hand.page.get_by_role("link", name="Set up another phone"))


def opens_and_closes_a_menu(hand: Keyboard) -> None:
    """A menu opens by key, lets the focus in, closes on Escape and gives the focus back."""
    opener, first = hand.page.get_by_label("More for Pixel 8"), item(hand.page, "Rename")
    hand.reach(opener)
    hand.key("Enter")
    hand.key("Tab")
    hand.stands_at(first)
    hand.key("Escape")
    expect(first).to_be_hidden()
    hand.stands_at(opener)


def item(page: Page, name: str) -> Locator:
    return page.locator(".menu").get_by_role("link", name=name, exact=True)


def opens_menu(hand: Hand, phone: str) -> None:
    """It opens without scripts too."""
    opener = hand.page.get_by_label(f"More for {phone}")
    if isinstance(hand, Keyboard):
        hand.reach(opener)
        hand.key("Space")
    else:
        opener.click()


def unlinks(hand: Hand) -> None:
    """Through the menu."""
    opens_menu(hand, "iPhone 12")
    hand.press("Unlink this phone")
    hand.reads("Unlink iPhone 12\\?")
    hand.press("Unlink this phone")
    hand.sees("iPhone 12 is unlinked")
