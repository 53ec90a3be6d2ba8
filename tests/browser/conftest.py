"""One phone for the tests of the app: its cache keeps the app's files from test to test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.authenticator import APP, GRANTS, PHONE, Phone
from tests.live import LiveSite
from tests.live.browser import Faults, new_context

Watched = tuple[Page, Faults]


@pytest.fixture(scope="session")
def _watched(running_site: LiveSite, _chromium: Browser) -> Iterator[Watched]:
    watcher = Faults()
    context = new_context(_chromium, running_site.url, **PHONE, permissions=GRANTS)
    context.on("page", watcher.watch)
    yield context.new_page(), watcher
    context.close()


@pytest.fixture
def kept_page(live: LiveSite, faults: Faults, _watched: Watched) -> Iterator[Page]:
    """A phone on which the site has stored nothing, nor asked for anything to be changed.

    What cannot be taken back needs a profile of its own from `new_browser`: a clock, a route or
    a script for every page. A script for one page needs a new page of this one's context.
    """
    page, watcher = _watched
    page.goto("about:blank")
    devtools = page.context.new_cdp_session(page)
    devtools.send("Storage.clearDataForOrigin", {"origin": live.url, "storageTypes": "all"})
    devtools.detach()
    watcher.seen = faults.seen
    yield page
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.unroute_all()


@pytest.fixture
def modules(live: LiveSite, faults: Faults, _watched: Watched) -> Phone:
    """The app's modules for a table of cases, at a page where the app may be open already."""
    page, watcher = _watched
    watcher.seen = faults.seen
    return Phone(page) if page.url.partition("#")[0] == live.url + APP else Phone(page).open()
