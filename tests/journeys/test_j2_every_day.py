"""J2: password and code, in a browser that was here before."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.hand import App, Hand, code_of_mail
from tests.live import LiveSite
from tests.people import Person

Contexts = Callable[..., BrowserContext]


def test_the_next_day_takes_two_pages_and_leads_where_one_was_going(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    hand, app = Hand(new_browser().new_page()), App.of(bob)
    hand.sign_in(bob, app)
    hand.reads("Your account is well protected")
    hand.signs_out()
    hand.page.wait_for_load_state()
    work = hand.pages, hand.fields, hand.clicks
    hand.open("/devices/")
    hand.type_password(bob)
    hand.reads("Enter the code from your authenticator app")
    hand.sees("on Pixel 8")
    hand.type_code(app.code())
    hand.reads("Devices")
    expect(hand.page).to_have_url(f"{live.url}/devices/")
    hand.page.wait_for_load_state()  # a page is read before it is whole, and counted after
    assert (hand.pages - work[0], hand.fields - work[1], hand.clicks - work[2]) == (3, 3, 2)
    assert not [mail for mail in live.mail.messages_for(bob.address) if "new" in mail["Subject"]]


@pytest.mark.screen
def test_a_new_browser_is_told_to_the_owner_and_a_known_one_is_not(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    app = App.of(bob)
    Hand(new_browser().new_page()).sign_in(bob, app)
    second = Hand(new_browser().new_page())
    second.sign_in(bob, app)
    second.reads("Your account is well protected")
    mail = live.mail.wait_for(bob.address)
    assert "browser" in str(mail["Subject"])
    second.open("/security/activity/")
    second.sees("in a new browser")


@pytest.mark.screen
def test_this_browser_begins_with_the_step_it_used_last_and_sends_nothing_by_itself(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    hand = Hand(new_browser().new_page())
    hand.open("/sign-in/")
    hand.type_password(bob)
    hand.press("Sign in another way")
    hand.press("E-mail a code")
    hand.type_code(code_of_mail(live.mail.wait_for(bob.address)))
    hand.press("I left it somewhere safe")
    hand.signs_out()
    hand.type_password(bob)
    hand.reads("E-mail a code")
    hand.page.reload()
    codes = [mail for mail in live.mail.messages_for(bob.address) if "code" in mail["Subject"]]
    assert len(codes) == 1
    expect(hand.find("Send the code")).to_be_visible()


@pytest.mark.screen
def test_signing_in_takes_no_mouse(new_browser: Contexts, bob: Person) -> None:
    page, app = new_browser().new_page(), App.of(bob)
    press = page.keyboard.press
    page.goto("/sign-in/")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(bob.address)
    press("Tab")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.keyboard.type(bob.password)
    press("Tab")
    expect(page.get_by_role("button", name="Show")).to_be_focused()
    press("Tab")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    page.keyboard.type(app.code())
    press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account is well protected")
    press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    press("Enter")
    expect(page.locator("#main")).to_be_focused()
