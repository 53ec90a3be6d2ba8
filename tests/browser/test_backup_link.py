"""Linking the app: a code on another screen and a number, or all of it in one browser."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from accounts.authentication.proofs import Strength
from devices.models import LinkRequest
from tests.browser.authenticator import Phone, link
from tests.journeys.hand import Hand
from tests.live import LiveSite
from tests.people import Person, enter, protected

pytestmark = pytest.mark.app


@pytest.fixture
def person(rows: None) -> Person:
    """Somebody with two-step on."""
    return protected("ada")


def enter_portal(page: Page, live: LiveSite, person: Person) -> Hand:
    """Sign this browser in to the portal."""
    client = enter(Client(), person, Strength.TWO_STEP)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": live.url}])
    return Hand(page)


@pytest.fixture
def phone(kept_page: Page) -> Iterator[Phone]:
    """A phone with an account that is nowhere else."""
    phone = Phone(kept_page).open()
    phone.fill([link("Mail")])
    yield phone
    kept_page.context.clear_cookies()


def test_a_phone_is_linked_by_a_code_and_a_number(
    phone: Phone, new_browser: Callable[..., BrowserContext], live: LiveSite, person: Person
) -> None:
    phone.open()
    phone.says("Without a backup a lost phone takes these codes with it.")
    desk = new_browser().new_page()
    hand = enter_portal(desk, live, person)
    hand.open("/devices/app/")
    desk.get_by_label("Another phone").check()
    hand.press("Show the QR code")
    code = desk.locator("[data-key]").text_content() or ""
    phone.press("Link this phone")
    phone.type("Or type the code beside it", "0000-0000-0000-0000")
    phone.press("Continue")
    phone.says("This code isn’t valid, or has expired.")
    phone.type("Or type the code beside it", code.lower())
    phone.press("Continue")
    phone.says("Link this phone to a")
    phone.type("Name of this phone", "Pixel 9")
    phone.press("Link this phone")
    phone.says("Type this number in the portal")
    number = phone.page.locator("[data-part=number]").inner_text()
    # The app was closed meanwhile, and goes on where it was.
    phone.open("link")
    phone.says("Type this number in the portal")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Type the number on the phone")
    hand.type("Number on the phone", number)
    hand.press("Link this phone")
    hand.sees("The app on Pixel 9 is linked.")
    phone.says("This phone is linked to a")
    phone.press("Switch backup on")
    phone.says("You type two groups of it back.")
    row = person.user.installations.get()
    assert (row.status, row.name, row.accounts) == ("active", "Pixel 9", 1)


def test_where_there_is_no_other_screen_one_browser_does_all_of_it(
    phone: Phone, live: LiveSite, person: Person
) -> None:
    hand = enter_portal(phone.page, live, person)
    phone.open("link")
    phone.press("Sign in to the portal in this browser")
    hand.press("The app is in this browser")
    phone.says("Link this phone to a")
    assert phone.page.url.endswith("/authenticator/#link")
    phone.press("Link this phone")
    phone.says("This phone is linked to a")
    assert person.user.installations.get().is_active


def test_a_code_that_ended_while_it_waited_is_said_to(
    phone: Phone, new_browser: Callable[..., BrowserContext], live: LiveSite, person: Person
) -> None:
    desk = new_browser().new_page()
    hand = enter_portal(desk, live, person)
    hand.open("/devices/app/")
    desk.get_by_label("Another phone").check()
    hand.press("Show the QR code")
    code = desk.locator("[data-key]").text_content() or ""
    phone.open(f"link/{code}")
    phone.press("Link this phone")
    phone.says("Type this number in the portal")
    LinkRequest.objects.filter(user=person.user).update(ended_at="2026-01-01T00:00:00Z")
    phone.says("That code has ended. Ask the portal for a new one.")
    assert not person.user.installations.exists()


@pytest.mark.no_rows
def test_a_scanned_link_of_the_portal_leads_to_its_page(phone: Phone, live: LiveSite) -> None:
    scan = 'await (await use("pages/scan-result")).receive([given])'
    phone.run(scan, f"{live.url}/authenticator/#link/0123-4567-89AB-CDEF")
    phone.reads("Link this phone")
    phone.says("This code isn’t valid, or has expired.")
    refused = phone.run(
        f"try {{ {scan} }} catch ({{ message }}) {{ return message; }}",
        "https://portal.example/authenticator/#link/0123",
    )
    assert (
        refused == "This QR code belongs to another portal: https://portal.example/authenticator/"
    )
    phone.open("scan/link")
    phone.says("type the code that stands beside it")
    phone.press("Type the code")
    phone.reads("Link this phone")
