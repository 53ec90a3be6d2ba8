"""The button "This was not me" of a notice, pressed in a real browser by its reader."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.journeys.hand import Hand
from tests.journeys.test_called_a_thief import link_in
from tests.journeys.test_j4_phone_gone import in_by_mail
from tests.live import LiveSite
from tests.people import Person

Contexts = Callable[..., BrowserContext]


def test_what_a_thief_added_is_stopped_by_the_button_of_its_notice(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    """A browser sends `Origin: null` from a page without a referrer, which is refused as forged."""
    thief = in_by_mail(live, new_browser(), alice)
    thief.open("/devices/link/")
    thief.links_phone("Mine")
    thief.sees("Mine is linked.")
    owner = Hand(new_browser().new_page())
    link = link_in(live, alice, "a phone was linked", "/report/")
    asked: list[str] = []
    owner.page.on("request", lambda request: asked.append(request.url))
    owner.open(link)
    owner.reads("Wasn’t you?")
    token = link.partition("#")[2]
    assert token not in owner.page.url
    assert not [url for url in asked if token in url.partition("#")[0]]
    owner.press("Undo it and sign out everywhere")
    owner.reads("We stopped it")
    thief.press("Overview")
    thief.reads("Sign in")
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8"]
    owner = Hand(owner.page.context.new_page())
    owner.open(link)
    owner.reads("This link no longer works")


def test_without_scripts_the_link_is_pasted_and_its_button_pressed(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    thief = in_by_mail(live, new_browser(), alice)
    thief.open("/devices/link/")
    thief.links_phone("Mine")
    thief.sees("Mine is linked.")
    owner = Hand(new_browser(java_script_enabled=False).new_page())
    link = link_in(live, alice, "a phone was linked", "/report/")
    owner.open(link)
    owner.reads("Open your link")
    owner.type("Link", link)
    owner.press("Continue")
    owner.reads("Wasn’t you?")
    owner.press("Undo it and sign out everywhere")
    owner.reads("We stopped it")
    assert [phone.name for phone in alice.user.phones.linked()] == ["Pixel 8"]
