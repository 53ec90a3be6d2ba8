"""Real Chromium: where it is, how it starts, how its pages are judged."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Locator,
    Page,
    TimeoutError,
    ViewportSize,
)

from tests.live.people import fresh_ip
from tests.settings import PAGES_ELSEWHERE

NAMES = ("chromium", "chromium-browser", "google-chrome")
SHELL = "chromium-headless-shell"
"""Debian's build of the same engine without a window, menus and tabs: a third less work."""
QUIET = [  # no talk with anyone but the site
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 360, "height": 780}
DESK: ViewportSize = {"width": 1280, "height": 900}
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[Scheme, ViewportSize]] = [  # each differs from the one before in one thing
    ("light", DESK),
    ("dark", DESK),
    ("dark", PHONE),
    ("light", PHONE),
]
"""What pictures are taken of."""
JUDGED: list[tuple[Scheme, ViewportSize]] = [("dark", PHONE), ("light", DESK)]
"""Each width and each scheme once: no style asks for both (tests/portal/test_styles.py)."""
AXE = Axe().axe_script
FAILED = "the server responded with a status of 5"
"""What Chromium says in its console of any answer with a 5xx, be it a page or a part of one."""
STANDS_STILL = "waiting for element to be visible, enabled and stable"
"""The last words of a click that found its target, and then no frame was drawn."""
FIND = """async (covered) => {
  const rules = Object.fromEntries(covered.map((rule) => [rule, { enabled: false }]));
  const { violations } = await axe.run({ resultTypes: ["violations"], rules });
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [...found, "has to be scrolled sideways"] : found;
}"""


def find_chromium(*names: str) -> str:
    """Return the path of Chromium: CHROMIUM if set, else the first on the PATH, `names` first."""
    on_path = map(shutil.which, [*names, *NAMES])
    found = os.environ.get("CHROMIUM") or next(filter(None, on_path), None)
    assert found, "no Chromium: `make test` installs it or says how"
    return found


@contextmanager
def chromium(
    kind: BrowserType, pin: str, more: Sequence[str] = (), name: str = NAMES[0]
) -> Iterator[Browser]:
    """Start the system's Chromium for the length of the block, trusting the pinned key alone."""
    flags = [*QUIET, f"--ignore-certificate-errors-spki-list={pin}", *more]
    if os.getuid() == 0:
        flags.append("--no-sandbox")
    browser = kind.launch(executable_path=find_chromium(name), args=flags)
    try:
        yield browser
    finally:
        browser.close()


def new_context(browser: Browser, origin: str, **options: Any) -> BrowserContext:
    """Return a fresh profile: own cookies, own network address, light and wide unless told."""
    settings = {
        "base_url": origin,
        "viewport": DESK,
        "color_scheme": "light",
        "reduced_motion": "reduce",
        "locale": "en-GB",
        "timezone_id": "UTC",
        "extra_http_headers": {"X-Forwarded-For": fresh_ip()},
        **options,
    }
    context = browser.new_context(**settings)
    context.set_default_timeout(10_000)
    return context


class Faults:
    """Listens to a page: script errors, policy violations and answers with a 5xx."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def watch(self, page: Page) -> None:
        """Listen to this page from now on."""
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        text = message.text
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.seen.append(f"policy: {text}")
        if FAILED in text:  # to hear of every answer costs as much as the smaller pages do
            self.seen.append(f"{text} {message.location['url']}")


def click(page: Page, target: Locator) -> None:
    """Click, as a person does: once more if the browser drew nothing meanwhile.

    Chromium sometimes stops drawing a page for good, until its window changes, and Playwright waits
    for two frames before each click. A click that takes too long for another reason fails with what
    the page shows then.
    """
    try:
        target.click()
    except TimeoutError as error:
        if not error.message.rstrip().endswith(STANDS_STILL):
            raise AssertionError(f"{error}\n{shown_on(page)}") from None
        page.bring_to_front()
        wake(page)
        target.click()


def wake(page: Page) -> None:
    """Change the window for a moment, which makes the browser draw it anew."""
    size = page.viewport_size or DESK
    page.set_viewport_size({"width": size["width"], "height": size["height"] + 1})
    page.set_viewport_size(size)


def shown_on(page: Page) -> str:
    """Say what the page shows to who cannot see it."""
    return f"The page at {page.url}:\n{page.locator('body').aria_snapshot()}"


def too_wide(page: Page) -> bool:
    """Tell whether the page has to be scrolled sideways."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))


def resize(page: Page, size: ViewportSize) -> None:
    """Give the window this size, if it has another one."""
    if page.viewport_size != size:
        page.set_viewport_size(size)


@contextmanager
def given_back(page: Page) -> Iterator[None]:
    """Look at the page in the block; after it, it is light and has the size it had."""
    before = page.viewport_size or DESK
    yield
    page.emulate_media(color_scheme="light", forced_colors="none")
    resize(page, before)


def findings(page: Page, covered: Sequence[str] = ()) -> list[str]:
    """Return what is wrong with the page as it stands, in both looks; `covered` are no rules here.

    Leaves it in the last of them.
    """
    found = list[str]()
    if not page.evaluate("'axe' in window"):  # it stays as long as the document does
        page.evaluate(AXE)
    for scheme, size in JUDGED:
        page.emulate_media(color_scheme=scheme)
        resize(page, size)
        said = page.evaluate(FIND, covered)
        found += [f"{scheme}, {size['width']} px: {words}" for words in said]
    return found


def check_looks(page: Page) -> None:
    """Fail with a readable list if anything is wrong with the page as it stands, in any look."""
    if PAGES_ELSEWHERE:
        return
    with given_back(page):
        found = findings(page)
    assert not found, f"{page.url}:\n  - " + "\n  - ".join(found)
