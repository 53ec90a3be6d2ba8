"""Long addresses on a phone: no step of the sign-in scrolls sideways."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from accounts.models import EmailAddress, User
from tests.live import fresh_address
from tests.people import PASSWORD, Person, give_codes, give_phone

pytestmark = pytest.mark.screen
STEPS = ("authenticator", "email", "recovery-code", "another-way", "lost-your-phone")


def overflow(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return width


@pytest.mark.parametrize("width", [360, 390])
def test_no_step_scrolls_sideways(
    rows: None, live: object, new_browser: Callable[..., BrowserContext], width: int
) -> None:
    local, _at, domain = fresh_address("m").partition("@")
    address = f"{local}{'maximilian' * 6}"[:64] + f"@{'department' * 5}.{domain}"
    user = User.objects.create_user(address, PASSWORD, two_step_since=timezone.now())
    EmailAddress.objects.filter(user=user).update(verified_at=timezone.now())
    person = Person(user)
    give_phone(person)
    give_codes(person)
    page = new_browser(viewport={"width": width, "height": 800}).new_page()
    page.goto("/sign-in/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/sign-in/authenticator/")
    found = {}
    for step in STEPS:
        page.goto(f"/sign-in/{step}/")
        found[step] = overflow(page)
    assert not {step: by for step, by in found.items() if by > 0}
