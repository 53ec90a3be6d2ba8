"""Links of mails in Chromium: with a script, and pasted where scripts are off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.journeys.hand import Hand
from tests.live import LiveSite
from tests.live.sinks import body_of
from tests.people import Person

Contexts = Callable[..., BrowserContext]
pytestmark = pytest.mark.screen


def link_for(live: LiveSite, hand: Hand, person: Person) -> str:
    """Ask for a reset and return the link in the mail."""
    hand.open("/password/reset/")
    hand.type("E-mail address", person.address)
    hand.press("Send the link")
    hand.sees("Look for the mail of:")
    mail = body_of(live.mail.wait_for(person.address))
    return next(word for word in mail.split() if "/password/reset/link/#" in word)


def test_a_link_leads_on_and_leaves_the_address_bar(
    live: LiveSite, new_browser: Contexts, carol: Person
) -> None:
    hand = Hand(new_browser().new_page())
    asked: list[str] = []
    hand.page.on("request", lambda request: asked.append(request.url))
    link = link_for(live, hand, carol)
    token = link.partition("#")[2]
    asked.clear()
    hand.page.goto(link)
    hand.reads("Choose a new password")
    assert token not in hand.page.url
    assert not [url for url in asked if token in url.partition("#")[0]]
    hand.type("New password", "nine small boats upon a lake")
    hand.press("Save the password")
    hand.reads("Sign in")


def test_without_scripts_the_link_is_pasted(
    live: LiveSite, new_browser: Contexts, carol: Person
) -> None:
    hand = Hand(new_browser(java_script_enabled=False).new_page())
    link = link_for(live, hand, carol)
    hand.page.goto(link)
    hand.reads("Open your link")
    hand.type("Link", link)
    hand.press("Continue")
    hand.reads("Choose a new password")
