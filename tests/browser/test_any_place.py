"""Clocks of anywhere, names in any script, and browsers without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.authentication.proofs import Strength
from devices.models import Phone
from tests.browser.reach import out_of_reach
from tests.browser.tour import Tour
from tests.journeys.hand import App, Hand
from tests.live import LiveSite
from tests.live.browser import given_back
from tests.people import Person, give_phone

Contexts = Callable[..., BrowserContext]
pytestmark = pytest.mark.screen
NAMES = [
    "هاتف ليلى (٢)",
    "הטלפון של דנה 2",
    "📱👩🏽‍💻 Zoë",
    "W" * 60,
    "<b>Pixel</b> & 'co'",
]
LANDS = [
    ("Asia/Kolkata", "IST", "+05:30"),
    ("America/St_Johns", "NST", "-03:30"),
]


@pytest.mark.parametrize(("zone", "short", "offset"), LANDS, ids=["india", "newfoundland"])
def test_times_are_those_of_the_browser(
    live: LiveSite, new_browser: Contexts, bob: Person, zone: str, short: str, offset: str
) -> None:
    """By script at first; then the site writes them so itself, in words that name the zone."""
    context = new_browser(timezone_id=zone)
    hand = Hand(context.new_page())
    hand.sign_in(bob, App.of(bob), "/sign-in/?next=/security/activity/")
    hand.reads("Activity")
    time = hand.page.locator("main time").first
    here = "(time) => new Date(time.dateTime).toTimeString().slice(0, 5)"
    expect(time).to_contain_text(f", {time.evaluate(here)}")
    expect(hand.page.locator("main .hint").first).to_have_text("(just now)")
    fetch = "async () => (await fetch('/security/activity/')).text()"
    written = hand.page.evaluate(fetch)
    assert f'{offset}" data-when' in written
    assert f" {short}</span></time>" in written
    assert bob.reload().last_zone
    plain = new_browser(timezone_id=zone, java_script_enabled=False).new_page()
    Hand(plain).sign_in(bob, App.of(bob), "/sign-in/?next=/security/activity/")
    expect(plain.locator("main time").first).to_contain_text("UTC")


def test_names_in_any_script_break_no_page(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    for name in NAMES:
        give_phone(alice, name)
    context = new_browser()
    tour = Tour(live, context, context.new_page())
    tour.enter(alice)
    longest = Phone.objects.get(user=alice.user, name=NAMES[3]).public_id
    for path in ("/devices/", "/security/", f"/devices/{longest}/unlink/", "/devices/lost/"):
        tour.page.goto(path)
        with given_back(tour.page):
            found = out_of_reach(tour.page)
        assert not found, f"{path}: " + "\n".join(found)
    tour.page.goto("/devices/")
    for name in NAMES:
        expect(tour.page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert directions(tour.page) == ["ltr", "rtl", "rtl", "ltr", "ltr", "ltr"]


def directions(page: Page) -> list[str]:
    """In which direction each name of a phone is read."""
    script = "all => all.map((each) => getComputedStyle(each).direction)"
    found: list[str] = page.locator("section:has(h2:text-is('Phones')) h3").evaluate_all(script)
    return found


def test_without_scripts_what_needs_them_is_not_offered_or_says_so(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    context = new_browser(java_script_enabled=False)
    tour = Tour(live, context, context.new_page())
    page, hand = tour.page, tour.hand
    hand.open("/sign-in/")
    for name in ("Sign in with a passkey", "Show"):
        expect(page.get_by_role("button", name=name)).to_be_hidden()
    hand.open("/authenticator/")
    # Chromium draws no <noscript> for those who switch scripts off in its tools.
    words = page.locator("noscript").evaluate("(element) => element.textContent")
    assert "Allow scripts for this site to use the authenticator." in words
    tour.enter(bob, Strength.TWO_STEP)
    hand.open("/devices/passkeys/add/")
    expect(page.get_by_role("button", name="Create the passkey")).to_be_hidden()
    hand.sees("A passkey needs JavaScript and a browser that supports passkeys.")
