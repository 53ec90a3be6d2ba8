"""Dutch words are longer: they fit a small phone, and scripts write them too."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, expect

from tests.browser.authenticator import PHONE, Phone, link
from tests.journeys.hand import App, Hand
from tests.live import LiveSite
from tests.live.browser import too_wide
from tests.people import Person

pytestmark = pytest.mark.screen
PAGES = {
    "/security/": "Je account is goed beschermd",
    "/security/two-step/": "Tweestapsverificatie",
    "/security/recovery-codes/": "Herstelcodes",
    "/devices/": "Apparaten",
    "/security/contact/": "Contact en wachtwoord",
    "/security/fire-drill/": "Brandoefening",
}
APP_PAGES = {"codes": "Je codes", "add": "Account toevoegen", "settings": "Instellingen"}


def test_pages_in_dutch_fit_a_small_phone(
    new_browser: Callable[..., BrowserContext], alice: Person
) -> None:
    page = new_browser(**PHONE, locale="nl-NL").new_page()
    hand = Hand(page)
    hand.open("/sign-in/")
    page.get_by_label("E-mailadres").fill(alice.address)
    page.get_by_label("Wachtwoord", exact=True).fill(alice.password)
    hand.press("Doorgaan")
    hand.press("Op een andere manier aanmelden")
    hand.reads("Op een andere manier aanmelden")
    assert not too_wide(page)
    hand.press("Authenticator-app")
    page.get_by_label("Code").fill(App.of(alice).code())
    hand.press("Doorgaan")
    for path, heading in PAGES.items():
        hand.open(path)
        hand.reads(heading)
        assert not too_wide(page), path
    hand.open("/security/activity/")
    expect(page.locator("time").first).to_have_text(re.compile(r"^\d+ [a-z]{3}\.? \d{4}"))


def test_the_app_in_dutch_fits_a_small_phone(new_browser: Callable[..., BrowserContext]) -> None:
    phone = Phone(new_browser(**PHONE, locale="nl-NL").new_page()).open()
    phone.reads("Je codes")
    phone.fill([link("Gemeente Amsterdam"), link("Belastingdienst")])
    for place, heading in APP_PAGES.items():
        phone.open(place)
        phone.reads(heading)
        assert not too_wide(phone.page), place


def test_the_portal_answers_the_app_in_the_language_of_the_app(
    live: LiveSite, new_browser: Callable[..., BrowserContext]
) -> None:
    context = new_browser(**PHONE, locale="en-US")
    name = settings.LANGUAGE_COOKIE_NAME
    context.add_cookies([{"name": name, "value": "nl", "url": live.url, "secure": True}])
    phone = Phone(context.new_page()).open("link")
    phone.reads("Koppel deze telefoon")
    phone.page.get_by_label("Of typ de code die ernaast staat").fill("0000-0000-0000-0000")
    phone.press("Doorgaan")
    phone.says("Deze code is ongeldig of verlopen. Maak op de site een nieuwe.")
