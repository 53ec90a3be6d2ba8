"""The app at a host of its own, in a real browser: two origins, one portal."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from accounts.authentication.proofs import Strength
from tests.browser.authenticator import link
from tests.browser.backup_phones import Linked
from tests.journeys.hand import Hand
from tests.live import LiveSite, beside
from tests.live.browser import check_looks
from tests.people import Person, enter, protected

pytestmark = pytest.mark.app
HOST = "codes.localhost"


@pytest.fixture
def site(live: LiveSite) -> Iterator[LiveSite]:
    """The running site once more, its app at another host."""
    with beside(live, HOST) as site:
        yield site


@pytest.fixture
def person(rows: None) -> Person:
    """Somebody with two-step on."""
    return protected("ada")


@pytest.fixture
def page(site: LiveSite, new_browser: Callable[..., BrowserContext]) -> Page:
    """A phone whose browser begins at the portal."""
    return new_browser(base_url=site.url, viewport={"width": 360, "height": 780}).new_page()


def sign_in(page: Page, site: LiveSite, person: Person) -> Hand:
    """Sign this browser in to the portal."""
    name = settings.SESSION_COOKIE_NAME
    value = enter(Client(), person, Strength.TWO_STEP).cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": site.url}])
    return Hand(page)


def test_one_browser_links_and_backs_up_across_two_origins_and_takes_no_cookie_along(
    page: Page, site: LiveSite, person: Person
) -> None:
    app = site.url.replace("localhost", HOST)
    asked: list[str] = []
    page.context.on(
        "request",
        lambda each: asked.append(each.header_value("Cookie") or "") if HOST in each.url else None,
    )
    hand = sign_in(page, site, person)
    phone = Linked(page, person).open("link")
    phone.reads("Link this phone")
    assert page.url == f"{app}/authenticator/#link"
    phone.fill([link("Mail")])
    phone.press("Sign in to the portal in this browser")
    expect(page).to_have_url(f"{site.url}/devices/app/")
    hand.press("The app is in this browser")
    phone.says("Link this phone to a")
    assert page.url == f"{app}/authenticator/#link"
    phone.press("Link this phone")
    phone.says("Type this number in the portal")  # no cookie says that it is the same browser
    number = phone.page.locator("[data-part=number]").inner_text()
    with page.context.expect_page() as opened:
        phone.press("Type it in the portal")
    desk = Hand(opened.value)
    desk.type("Number on the phone", number)
    desk.press("Link this phone")
    desk.sees("is linked.")
    phone.says("This phone is linked to a")
    phone.back_up()
    assert phone.services() == ["Mail"]
    assert page.evaluate("document.cookie") == ""
    kept = {cookie["domain"] for cookie in page.context.cookies()}
    assert kept == {"localhost"}
    assert len(asked) > 20
    assert set(asked) == {""}
    phone.run("await navigator.serviceWorker.ready")
    phone.press("Settings")
    phone.press("Your account at Latchkey")
    expect(page).to_have_url(f"{site.url}/security/")


def test_another_screen_shows_a_code_of_that_host_and_other_pages_say_where_the_portal_is(
    page: Page, site: LiveSite, person: Person
) -> None:
    hand = sign_in(page, site, person)
    hand.open("/devices/app/")
    page.get_by_label("Another phone").check()
    hand.press("Show the QR code")
    code = page.locator("[data-key]").text_content() or ""
    app = site.url.replace("localhost", HOST)
    phone = Linked(page.context.new_page(), person)
    phone.page.goto(f"{app}/authenticator/#link/{code}")
    phone.says("Link this phone to a")
    scan = 'await (await use("pages/scan-result")).receive([given])'
    refused = f"try {{ {scan} }} catch ({{ message }}) {{ return message; }}"
    elsewhere = phone.run(refused, f"{site.url}/authenticator/#link/{code}")
    assert elsewhere.startswith("This QR code belongs to another portal")
    answer = phone.page.goto(f"{app}/nothing/")
    assert answer
    assert answer.status == 404
    phone.reads("Only the authenticator app is here")
    check_looks(phone.page)
    phone.press("To your account at Latchkey")
    expect(phone.page).to_have_url(f"{site.url}/security/")
