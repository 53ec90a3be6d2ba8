"""A browser is trusted, comes back by password alone, is named, and is trusted no longer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.hand import App, Hand, check_letter
from tests.live import LiveSite
from tests.live.browser import check_looks
from tests.people import Person, give_address, protected

WELL = "Your account is well protected"
BOX = "Trust this browser for 30 days"


def person() -> Person:
    tess = protected("tess")
    give_address(tess)
    return tess


def comes_back(hand: Hand, tess: Person) -> None:
    hand.open("/security/")
    hand.signs_out()
    hand.type_password(tess)


def trusts(hand: Hand, tess: Person, app: App) -> None:
    hand.open("/sign-in/")
    hand.type_password(tess)
    hand.reads("Enter the code from your authenticator app")
    box = hand.page.get_by_label(BOX)
    expect(box).not_to_be_checked()
    box.check()
    check_looks(hand.page)
    hand.type_code(app.code())
    hand.sees("This browser is trusted now.")


def test_it_is_trusted_and_trusted_no_longer(
    page: Page, rows: None, live: LiveSite, new_browser: Callable[..., BrowserContext]
) -> None:
    tess = person()
    app, laptop = App.of(tess), Hand(page)
    trusts(laptop, tess, app)
    for row in tess.user.email_addresses.verified():
        mail = live.mail.wait_for(row.address)
        assert "a browser is trusted now" in str(mail["Subject"])
        check_letter(mail)

    # The password alone, and what it may see.
    comes_back(laptop, tess)
    laptop.reads(WELL)
    laptop.open("/security/contact/")
    laptop.reads("Confirm it’s you")
    laptop.sees("Enter the code from your authenticator app")
    laptop.open("/devices/")
    laptop.sees("password and trusted browser")
    check_looks(page)

    # From another browser, which asks for both steps: named, then trusted no longer.
    other = Hand(new_browser().new_page())
    other.sign_in(tess, app)
    other.reads(WELL)
    other.open("/devices/")
    section = other.page.locator("#trusted")
    section.get_by_role("link", name="Rename").click()
    other.reads("Rename ")
    other.type("Name of the browser", "Laptop in the kitchen")
    other.press("Save the name")
    other.sees("The browser is now called Laptop in the kitchen.")
    other.page.locator("#trusted").get_by_role("link", name="Stop trusting").click()
    other.reads("Stop trusting Laptop in the kitchen?")
    other.sees("We’ll also sign out 1 browser that signed in because of this trust.")
    check_looks(other.page)
    other.press("Stop trusting it")
    other.sees("Laptop in the kitchen is no longer trusted.")

    # The laptop's next click is refused, and its next sign-in takes the second step.
    laptop.open("/devices/")
    laptop.reads("Sign in")
    laptop.sees("You were signed out.")
    laptop.type_password(tess)
    laptop.reads("Enter the code from your authenticator app")
    assert tess.kinds()[-1] == "browser:untrusted"


@pytest.mark.screen
def test_a_change_of_the_set_up_ends_it(page: Page, rows: None) -> None:
    tess = person()
    app, hand = App.of(tess), Hand(page)
    trusts(hand, tess, app)
    hand.open("/security/recovery-codes/")
    hand.press("Make new recovery codes")
    hand.reads("Save your recovery codes")
    comes_back(hand, tess)
    hand.reads("Enter the code from your authenticator app")
