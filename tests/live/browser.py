"""Real Chromium: where it is, how it starts, how its pages are judged."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, ViewportSize

from tests.live.people import fresh_ip
from tests.settings import PAGES_ELSEWHERE

NAMES = ("chromium", "chromium-browser", "google-chrome")
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
# Once in full for each width; of the other colours only what colours and widths decide.
FULL = [("light", DESK), ("dark", PHONE)]
QUICK = ["color-contrast", "link-in-text-block", "target-size"]
AXE = Axe().axe_script
FIND = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run({ resultTypes: ["violations"], ...only });
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [...found, "has to be scrolled sideways"] : found;
}"""


def find_chromium() -> str:
    """Return the path of Chromium: CHROMIUM if set, else the first on the PATH."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "no Chromium: `make test` installs it or says how"
    return found


@contextmanager
def chromium(kind: BrowserType, pin: str, more: Sequence[str] = ()) -> Iterator[Browser]:
    """Start the system's Chromium for the length of the block, trusting the pinned key alone."""
    flags = [*QUIET, f"--ignore-certificate-errors-spki-list={pin}", *more]
    if os.getuid() == 0:
        flags.append("--no-sandbox")
    browser = kind.launch(executable_path=find_chromium(), args=flags)
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
        page.on("console", lambda message: self._hear(message.text))
        page.on("response", lambda answer: self._judge(answer.status, answer.url))

    def _hear(self, text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            self.seen.append(f"policy: {text}")

    def _judge(self, status: int, url: str) -> None:
        if status >= 500:
            self.seen.append(f"{status} from {url}")


def too_wide(page: Page) -> bool:
    """Tell whether the page has to be scrolled sideways."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))


def findings(page: Page, covered: str = "") -> list[str]:
    """Return what is wrong with the page as it stands, in every look; `covered` is no rule here.

    Leaves it light and at the width it had.
    """
    before, found = page.viewport_size or DESK, list[str]()
    page.evaluate(AXE)
    for scheme, size in LOOKS:
        _show(page, scheme, size)
        rules = [] if (scheme, size) in FULL else [rule for rule in QUICK if rule != covered]
        said = page.evaluate(FIND, rules)
        found += [f"{scheme}, {size['width']} px: {words}" for words in said]
    page.set_viewport_size(before)
    return found


def _show(page: Page, scheme: Scheme, size: ViewportSize) -> None:
    """Change what differs: each change costs a layout or a painting of the page."""
    page.emulate_media(color_scheme=scheme)
    if page.viewport_size != size:
        page.set_viewport_size(size)


def check_looks(page: Page) -> None:
    """Fail with a readable list if anything is wrong with the page as it stands, in any look."""
    found = [] if PAGES_ELSEWHERE else findings(page)
    assert not found, f"{page.url}:\n  - " + "\n  - ".join(found)
