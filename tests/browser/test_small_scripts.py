"""What the small modules do for those who have scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.hand import App, Hand
from tests.live import LiveSite, fresh_address
from tests.people import Person

Contexts = Callable[..., BrowserContext]
pytestmark = pytest.mark.screen


def test_a_password_can_be_shown_and_is_hidden_again_before_sending(page: Page) -> None:
    page.goto("/sign-in/")
    field = page.get_by_label("Password", exact=True)
    field.fill("what I typed")
    button = page.get_by_role("button", name="Show")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(field).to_have_attribute("type", "password")


def test_a_pasted_code_loses_its_blanks(new_browser: Contexts, bob: Person) -> None:
    hand = Hand(new_browser().new_page())
    hand.open("/sign-in/")
    hand.type_password(bob)
    field = hand.page.get_by_label("Code")
    field.press_sequentially("402 917")
    expect(field).to_have_value("402917")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    expect(field).to_have_attribute("inputmode", "numeric")


@pytest.mark.parametrize(
    "typed", ["\u200b402917", "\ufeff402\u2013917", "402\u2011917.", "“402917”", "\u2060402·917"]
)
def test_a_pasted_code_loses_what_nobody_sees(
    new_browser: Contexts, bob: Person, typed: str
) -> None:
    hand = Hand(new_browser().new_page())
    hand.open("/sign-in/")
    hand.type_password(bob)
    field = hand.page.get_by_label("Code")
    paste = """(field, text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
    }"""
    field.evaluate(paste, typed)
    expect(field).to_have_value("402917")
    field.fill("")
    field.evaluate(paste, "４０２917")  # of another alphabet: left, and refused by the portal
    expect(field).to_have_value("４０２917")


def test_a_recovery_code_is_grouped_while_it_is_typed(new_browser: Contexts, bob: Person) -> None:
    hand = Hand(new_browser().new_page())
    hand.open("/sign-in/")
    hand.type_password(bob)
    hand.press("Sign in another way")
    hand.press("Recovery code")
    field = hand.page.get_by_label("Code")
    field.press_sequentially("k7qm2f9th")
    expect(field).to_have_value("K7QM-2F9T-H")


def test_after_too_many_tries_the_page_says_how_long_to_wait(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    hand = Hand(new_browser().new_page())
    hand.open("/sign-in/")
    hand.type_password(bob)
    for _each in range(5):
        hand.type_code(bob.wrong_code())
        hand.sees("This code is wrong")
    with hand.page.expect_response("**/sign-in/authenticator/") as waiting:
        hand.type_code(bob.wrong_code())
    assert waiting.value.status == 429
    assert 0 < int(waiting.value.headers["retry-after"]) <= 30
    hand.sees("Too many attempts. Wait")
    hand.sees("You can try again in")
    clock = hand.page.locator("[data-countdown-clock]")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)


def test_what_was_typed_stays_but_for_secrets(page: Page) -> None:
    hand, address = Hand(page), fresh_address()
    hand.open("/sign-up/")
    hand.type("E-mail address", address)
    page.get_by_label("Your name").fill("Pia")
    hand.type("Password", "too short")
    hand.press("Create the account")
    hand.sees("Use at least 15 characters")
    expect(page.get_by_label("E-mail address")).to_have_value(address)
    expect(page.get_by_label("Your name")).to_have_value("Pia")
    expect(page.get_by_label("Password", exact=True)).to_have_value("")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_a_menu_closes_on_escape_and_gives_the_focus_back(
    new_browser: Contexts, bob: Person
) -> None:
    from_menu = Hand(new_browser().new_page())
    from_menu.sign_in(bob, App.of(bob))
    from_menu.press("Devices")
    page = from_menu.page
    opener = page.locator("summary").first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Unlink this phone")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Unlink this phone")).to_be_hidden()
    expect(opener).to_be_focused()


def test_on_a_phone_the_codes_and_the_picture_are_seen_before_the_field(
    phone_page: Page, bob: Person
) -> None:
    hand, app = Hand(phone_page), App.of(bob)
    hand.sign_in(bob, app)
    hand.open("/security/recovery-codes/")
    hand.press("Make new recovery codes")
    hand.reads("Save your recovery codes")
    expect(phone_page.get_by_label("Code", exact=True)).not_to_be_focused()
    expect(phone_page.locator("[data-recovery-code]").first).to_be_in_viewport()
    hand.type_code("K7QM", "Done")
    expect(phone_page.get_by_label("Code", exact=True)).to_be_focused()
    hand.open("/devices/link/")
    hand.type("Name of the phone", "Pixel 9")
    hand.press("Show the QR code")
    expect(phone_page.get_by_role("img", name="QR code")).to_be_in_viewport(ratio=1)
