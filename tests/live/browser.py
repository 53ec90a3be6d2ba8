"""Real Chromium: where it is, how it starts, how its pages are judged."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, ViewportSize

from tests.live.people import fresh_ip

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
LOOKS: list[tuple[Scheme, ViewportSize]] = [
    ("light", DESK),
    ("dark", DESK),
    ("light", PHONE),
    ("dark", PHONE),
]


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


def axe_findings(page: Page) -> list[str]:
    """Return what axe has to say against the page as it stands: one line per rule and element."""
    answer = Axe().run(page).response
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: {', '.join(map(str, node['target']))}"
        f"\n      {node['html'][:200]}\n      {' '.join(node['failureSummary'].split())}"
        for found in answer["violations"]
        for node in found["nodes"]
    ]


def too_wide(page: Page) -> bool:
    """Tell whether the page has to be scrolled sideways."""
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"))


def check_axe(page: Page) -> None:
    """Fail with a readable list if axe finds anything, or if the page is wider than its window."""
    findings = axe_findings(page)
    if too_wide(page):
        findings.append("the page has to be scrolled sideways")
    width = (page.viewport_size or DESK)["width"]
    assert not findings, f"{page.url} at {width} px:\n  - " + "\n  - ".join(findings)


def check_looks(page: Page) -> None:
    """Check the page as it stands in light and dark, at a desk's and a phone's width."""
    before = page.viewport_size or DESK
    each_look(page, check_axe)
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")


def each_look(page: Page, act: Callable[[Page], None]) -> None:
    """Do something with the page in every look."""
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        act(page)
