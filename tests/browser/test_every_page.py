"""Every page in every look: no obstacle, no fault, one heading, nothing wider than the screen.

And none is heavy, asks another site for anything or jumps.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.reach import out_of_reach
from tests.browser.tour import PARTS, Names, Tour, app, backups, recovery, work
from tests.browser.weight import MOST_JUMP, Scale
from tests.live import LiveSite
from tests.live.browser import PHONE, findings, given_back

WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy broken: ${event.violatedDirective} by ${event.blockedURI}`));
"""
ON_THE_WAY = ("the server responded with a status of 4",)  # error pages are walked past, too
MOST_BYTES = 60_000  # of a first visit, without fonts and images
APP = "/authenticator/"  # weighed by a test of its own: it is installed whole, to work offline
WITH_APP = {app, backups, recovery, work}  # without a cache it would come too late to be walked
FOCUS = "document.activeElement.matches('[data-error-summary], [aria-invalid=true]')"


class Complaints:
    """What was wrong with the pages of a walk, by page."""

    def __init__(self, page: Page) -> None:
        self.page, self.said = page, list[str]()
        self.name = ""
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        page_itself = message.location["url"] == self.page.url or "/static/" not in message.text
        if message.type == "error" and not (
            page_itself and any(words in message.text for words in ON_THE_WAY)
        ):
            self.add(f"console: {message.text}")

    def add(self, words: str) -> None:
        """Note a fault of the page that is open."""
        self.said.append(f"{self.name}: {words}")

    def judge(self) -> None:
        """Look at the page that is open, in every look."""
        self._judge_words()
        # An open menu covers what lies under it; it closes on Escape and on a click elsewhere.
        covered = ["target-size"] if "open menu" in self.name else []
        with given_back(self.page):
            for finding in [*findings(self.page, covered), *out_of_reach(self.page)]:
                self.add(finding)

    def weigh(self, scale: Scale) -> None:
        """Look at what the page that is open cost somebody who sees it for the first time."""
        for url in scale.strangers:
            self.add(f"asks {url}")
        scale.strangers.clear()
        if urlsplit(self.page.url).path == APP:
            return
        if (weight := scale.weight()) > MOST_BYTES:
            self.add(f"{weight} bytes")
        jumps = scale.jumps()
        if sum(by for by, _first in jumps) > MOST_JUMP:
            self.add(f"jumps by itself: {jumps}")

    def _judge_words(self) -> None:
        self.page.locator("h1").first.wait_for(state="attached")  # the app draws its pages itself
        headings = self.page.locator("h1").count()
        if headings != 1:
            self.add(f"{headings} first headings")
        primary = self.page.locator(".button.primary:visible, .button.danger:visible").count()
        if primary > 2:
            self.add(f"{primary} primary actions")
        wrong = self.page.locator("[aria-invalid=true], [data-error-summary]").count()
        if wrong and not self.page.evaluate(FOCUS):
            self.add("the focus is not at the first error")


def walks() -> list[Any]:
    """Every part of the walk; that of the app asks nothing of the database."""
    mark = pytest.mark
    return [
        pytest.param(part, marks=mark.no_rows if part is app else mark.screen, id=part.__name__)
        for part in PARTS
    ]


@pytest.mark.parametrize("part", walks())
def test_no_page_has_an_obstacle_in_any_look(
    live: LiveSite, new_browser: Callable[..., BrowserContext], part: Callable[[Tour], Names]
) -> None:
    # One walk has the app's service worker, which fetches all of it once more.
    workers = "allow" if part is app else "block"
    context = new_browser(viewport=PHONE, service_workers=workers)  # where a jump is felt most
    page = context.new_page()
    scale = Scale(page, live.url) if part not in WITH_APP else None
    page.add_init_script(WATCH)
    complaints, names = Complaints(page), []
    for name in part(Tour(live, context, page)):
        complaints.name = name
        page.wait_for_load_state()  # a click returns as soon as the page begins to come
        if scale:
            complaints.weigh(scale)
        complaints.judge()
        names.append(name)
    assert names
    assert not complaints.said, "\n".join(complaints.said)
