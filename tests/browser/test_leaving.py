"""After signing out nothing personal can be seen again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.authenticator import Phone, link
from tests.journeys.hand import App, Hand
from tests.live import LiveSite
from tests.people import Person

Contexts = Callable[..., BrowserContext]


@pytest.mark.screen
def test_the_back_button_shows_nothing_personal_after_signing_out(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    context = new_browser()
    hand = Hand(context.new_page())
    hand.sign_in(bob, App.of(bob))
    hand.reads("Your account is well protected")
    hand.press("Devices")
    hand.reads("Devices")
    second_tab = Hand(context.new_page())
    second_tab.open("/security/contact/")
    second_tab.sees(bob.address)
    hand.signs_out()
    for _each in range(2):
        hand.page.go_back()
        hand.reads("Sign in")
        hand.sees_not(bob.address)
        hand.sees_not("Pixel 8")
    hand.page.go_forward()
    hand.sees_not(bob.address)
    second_tab.press("Activity")
    second_tab.reads("Sign in")
    second_tab.sees_not(bob.address)


@pytest.mark.screen
def test_codes_just_shown_do_not_come_back(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    hand = Hand(new_browser().new_page())
    hand.sign_in(bob, App.of(bob))
    hand.open("/security/recovery-codes/")
    hand.press("Make new recovery codes")
    hand.reads("Save your recovery codes")
    code = hand.page.locator("[data-recovery-code]").first.inner_text()
    hand.signs_out()
    hand.page.go_back()
    hand.reads("Sign in")
    hand.sees_not(code)


@pytest.mark.screen
def test_one_browser_is_signed_out_from_another(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    app, far = App.of(bob), Hand(new_browser().new_page())
    far.sign_in(bob, app)
    near = Hand(new_browser().new_page())
    near.sign_in(bob, app)
    near.press("Devices")
    other = near.page.locator("article").get_by_role("link", name="Sign out")
    expect(other).to_have_count(1)
    other.click()
    near.press("Sign it out")
    near.reads("Devices")
    far.press("Activity")
    far.reads("Sign in")
    far.sees("You were signed out. Sign in again to continue.")


@pytest.mark.screen
def test_signing_out_leaves_the_accounts_of_the_authenticator_app(page: Page, bob: Person) -> None:
    phone = Phone(page).open()
    phone.reads("Your codes")
    phone.fill([link("Mail")])
    Hand(page).sign_in(bob, App.of(bob))
    Hand(page).signs_out()
    assert phone.open().names == ["Mail"]
