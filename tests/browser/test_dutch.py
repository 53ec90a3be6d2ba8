"""Dutch words are longer: they fit a small phone, and scripts write them too."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.authenticator import PHONE, Phone, link
from tests.journeys.hand import App, Hand
from tests.live.browser import too_wide
from tests.people import Person

PAGES = {
    "/security/": "Je account is goed beschermd",
    "/security/two-step/": "Verificatie in twee stappen",
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
