"""The version that the app shows: of what it really holds, and the one that anybody can compute."""

import hashlib
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scripts import precache
from tests.browser.authenticator import Phone
from tests.live import LiveSite

pytestmark = pytest.mark.no_rows
READY = """
await navigator.serviceWorker.ready;
while (!navigator.serviceWorker.controller) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
"""
IN_FOURS = re.compile(r"^\s*[0-9a-f]{4}( [0-9a-f]{4}){15}\s*$")
REPLACE = """
const [name] = await caches.keys();
const cache = await caches.open(name);
const body = (await (await cache.match(given)).text()) + " ";
await cache.put(given, new Response(body, { headers: { "Content-Type": "text/javascript" } }));
"""


@pytest.fixture
def context(new_browser: Callable[..., BrowserContext]) -> BrowserContext:
    """A phone."""
    return new_browser(viewport={"width": 360, "height": 780})


def shown(phone: Phone, name: str) -> str:
    """Read a hash in the settings."""
    phone.open("settings")
    place = phone.page.locator(f"[data-part={name}]")
    expect(place).to_have_text(IN_FOURS)
    return (place.text_content() or "").replace(" ", "")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_it_is_the_hash_of_what_the_site_serves_and_of_what_lies_on_the_phone(
    live: LiveSite, context: BrowserContext
) -> None:
    phone = Phone(context.new_page()).open()
    phone.run(READY)
    get = live.visitor().http.get
    answer = get("/authenticator/version.txt?language=en")
    paths = [line.partition("  ")[2] for line in answer.text.splitlines()]
    assert len(paths) > 90
    headers = {"Accept-Language": "en"}
    served = [f"{sha256(get(path, headers=headers).content)}  {path}\n" for path in paths]
    assert answer.text == "".join(served)
    version, release = shown(phone, "version"), shown(phone, "release")
    assert version == sha256("".join(served).encode())
    shared = [line for line in served if "  /static/" in line]
    assert release == sha256("".join(shared).encode()) == precache.HASH.read_text().strip()

    phone.run(REPLACE, "/static/authenticator/qr/qr-svg.js")
    assert shown(phone, "version") != version
    assert shown(phone, "release") != release


def test_one_that_is_not_kept_has_no_version_yet(kept_page: Page) -> None:
    phone = Phone(kept_page).open("settings")
    phone.says("not kept for offline use yet")
    phone.says("This version:")
    assert not phone.page.get_by_text("Its scripts and styles:").is_visible()
