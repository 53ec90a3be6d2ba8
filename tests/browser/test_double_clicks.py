"""Main buttons pressed twice, as some people always do: they end where one press ends."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.hand import App, code_of_mail
from tests.live import LiveSite, fresh_address
from tests.people import PASSWORD, Person

Contexts = Callable[..., BrowserContext]

DELAYS = (0, 40, 150, 300, 500)  # milliseconds between the presses
BOTH = [
    pytest.param(scripts, delay, id=f"{'scripts' if scripts else 'plain'}-{delay}")
    for scripts in (True, False)
    for delay in DELAYS
]


def press_twice(page: Page, name: str, delay: int) -> None:
    """Press at one place of the screen, whatever is there the second time."""
    box = page.get_by_role("button", name=name, exact=True).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    if delay:
        page.wait_for_timeout(delay)
    page.mouse.click(x, y)


@pytest.mark.parametrize(("scripts", "delay"), BOTH)
def test_continue_pressed_twice_signs_in(
    new_browser: Contexts, bob: Person, scripts: bool, delay: int
) -> None:
    page, app = new_browser(java_script_enabled=scripts).new_page(), App.of(bob)
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(bob.address)
    page.get_by_label("Password", exact=True).fill(bob.password)
    press_twice(page, "Continue", delay)
    expect(page).to_have_url("/sign-in/authenticator/")
    page.get_by_label("Code").fill(app.code())
    press_twice(page, "Continue", delay)
    expect(page).to_have_url("/security/")
    page.goto("/devices/")
    expect(page).to_have_url("/devices/")
    assert bob.user.sessions.count() == 1
    assert len([kind for kind in bob.kinds() if kind.startswith("sign_in:")]) == 1


@pytest.mark.parametrize(("scripts", "delay"), BOTH)
def test_creating_an_account_with_two_presses_sends_one_code(
    live: LiveSite, new_browser: Contexts, scripts: bool, delay: int
) -> None:
    page, address = new_browser(java_script_enabled=scripts).new_page(), fresh_address("nina")
    page.goto("/sign-up/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Your name").fill("Nina")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press_twice(page, "Create the account", delay)
    expect(page).to_have_url("/sign-up/confirm/")
    page.get_by_label("Code").fill(code_of_mail(live.mail.wait_for(address)))
    press_twice(page, "Confirm the address", delay)
    expect(page).to_have_url("/security/")
    assert len(live.mail.messages_for(address)) == 1


def test_a_form_can_be_sent_again_after_going_back(new_browser: Contexts, bob: Person) -> None:
    page = new_browser().new_page()
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(bob.address)
    page.get_by_label("Password", exact=True).fill(bob.password)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page).to_have_url("/sign-in/authenticator/")
    page.go_back()
    page.get_by_label("E-mail address").fill(bob.address)
    page.get_by_label("Password", exact=True).fill(bob.password)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page).to_have_url("/sign-in/authenticator/")
