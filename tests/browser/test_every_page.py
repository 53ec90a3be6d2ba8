"""Every page in every look: no obstacle, no fault, one heading, nothing wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.tour import PARTS, Names, Tour, app
from tests.live import LiveSite
from tests.live.browser import DESK, LOOKS, PHONE, too_wide

WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy broken: ${event.violatedDirective} by ${event.blockedURI}`));
"""
AXE = Axe().axe_script
FIND = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run({ resultTypes: ["violations"], ...only });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
}"""
# Once in full for each width; of the other colours only what colours and widths decide.
FULL = [("light", DESK), ("dark", PHONE)]
QUICK = ["color-contrast", "link-in-text-block", "target-size"]
ON_THE_WAY = ("the server responded with a status of 4",)  # error pages are walked past, too
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

    def judge(self, name: str) -> None:
        """Look at the page that is open in every look."""
        self.name = name
        self._judge_words()
        self.page.evaluate(AXE)
        for scheme, size in LOOKS:
            self.page.emulate_media(color_scheme=scheme)
            self.page.set_viewport_size(size)
            for finding in self.page.evaluate(FIND, self._rules((scheme, size) in FULL)):
                self.add(f"{scheme}, {size['width']} px: {finding}")
            if too_wide(self.page):
                self.add(f"{size['width']} px: has to be scrolled sideways")
        self.page.set_viewport_size(DESK)
        self.page.emulate_media(color_scheme="light")

    def _rules(self, in_full: bool) -> list[str]:
        # An open menu covers what lies under it; it closes on Escape and on a click elsewhere.
        covered = "target-size" if "open menu" in self.name else ""
        return [] if in_full else [rule for rule in QUICK if rule != covered]

    def _judge_words(self) -> None:
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
    return [
        pytest.param(part, marks=pytest.mark.no_rows if part is app else (), id=part.__name__)
        for part in PARTS
    ]


@pytest.mark.parametrize("part", walks())
def test_no_page_has_an_obstacle_in_any_look(
    live: LiveSite, new_browser: Callable[..., BrowserContext], part: Callable[[Tour], Names]
) -> None:
    context = new_browser()
    context.add_init_script(WATCH)
    page = context.new_page()
    complaints, names = Complaints(page), []
    for name in part(Tour(live, context, page)):
        complaints.judge(name)
        names.append(name)
    assert names
    assert not complaints.said, "\n".join(complaints.said)
