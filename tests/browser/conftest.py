"""One phone for the tests of the app: its cache keeps the app's files from test to test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.authenticator import APP, GRANTS, PHONE, Phone
from tests.browser.qr_pictures import Camera, film_of
from tests.live import LiveSite
from tests.live.browser import Faults, chromium, new_context

Watched = tuple[Page, Faults]
AT_LITTLE_COST = """
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (task, ...more) {
  const less = task?.kind === "argon2id" ? { ...task, memory: 64, passes: 1 } : task;
  return postMessage.call(this, less, ...more);
};
"""


@contextmanager
def watched(browser: Browser, origin: str) -> Iterator[Watched]:
    """One page of a phone that stays for all tests, and what went wrong on it."""
    watcher = Faults()
    context = new_context(browser, origin, **PHONE, permissions=GRANTS)
    context.on("page", watcher.watch)
    yield context.new_page(), watcher
    context.close()


@contextmanager
def emptied(live: LiveSite, faults: Faults, kept: Watched) -> Iterator[Page]:
    """The page of that phone, without anything of the tests before."""
    page, watcher = kept
    page.goto(f"{live.url}/healthz")  # not `about:blank`: the next page would need a new process
    devtools = page.context.new_cdp_session(page)
    devtools.send("Storage.clearDataForOrigin", {"origin": live.url, "storageTypes": "all"})
    devtools.detach()
    watcher.seen = faults.seen
    yield page
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.unroute_all()


@pytest.fixture(scope="session")
def _watched(running_site: LiveSite, _chromium: Browser) -> Iterator[Watched]:
    with watched(_chromium, running_site.url) as found:
        yield found


@pytest.fixture(scope="session")
def _hurried(running_site: LiveSite, _chromium: Browser) -> Iterator[Watched]:
    with watched(_chromium, running_site.url) as found:
        found[0].context.add_init_script(AT_LITTLE_COST)
        yield found


@pytest.fixture
def kept_page(live: LiveSite, faults: Faults, _watched: Watched) -> Iterator[Page]:
    """A phone on which the site has stored nothing, nor asked for anything to be changed.

    What cannot be taken back needs a profile of its own from `new_browser`: a clock, a route or
    a script for every page. A script for one page needs a new page of this one's context.
    """
    with emptied(live, faults, _watched) as page:
        yield page


@pytest.fixture
def hurried_page(live: LiveSite, faults: Faults, _hurried: Watched) -> Iterator[Page]:
    """The same on a phone that derives keys from passphrases at little cost: never as it should.

    For tests of what a lock does. How it is made they cannot tell, and nothing else opens it.
    """
    with emptied(live, faults, _hurried) as page:
        yield page


@pytest.fixture
def modules(live: LiveSite, faults: Faults, _watched: Watched) -> Phone:
    """The app's modules for a table of cases, at a page where the app may be open already."""
    page, watcher = _watched
    watcher.seen = faults.seen
    return Phone(page) if page.url.partition("#")[0] == live.url + APP else Phone(page).open()


@pytest.fixture
def camera(live: LiveSite, _chromium: Browser, faults: Faults, tmp_path: Path) -> Camera:
    """Makes a profile whose camera has a QR code of this text before it, for the block's length."""

    @contextmanager
    def make(text: str) -> Iterator[BrowserContext]:
        film = film_of(text, tmp_path / "film.y4m")
        flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
        with chromium(_chromium.browser_type, live.certificate_pin, flags) as browser:
            # Without a service worker, which would bring what a test keeps from the page.
            context = new_context(browser, live.url, **PHONE, permissions=["camera"])
            context.on("page", faults.watch)
            yield context

    return make
