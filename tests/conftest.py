"""Fixtures for every test; those for the running site work with LATCHKEY_LIVE=1 (tests/live/)."""

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as examples
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from core.outbox.sms import SentText, memory_outbox
from tests import figures
from tests.live import LiveSite, Visitor, live_site
from tests.live.browser import SHELL, Faults, chromium, new_context
from tests.settings import APP_ELSEWHERE, LIVE, PAGES_ELSEWHERE, SCRATCH

pytest_plugins = ["tests.fixtures_people"]

# The machine may be busy with other tests: how long an example takes says nothing about it.
examples.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("busy")

if LIVE:
    # Playwright's event loop runs in the tests' own thread, where Django would refuse to query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ELSEWHERE = {
    "no_rows": connection.vendor != "sqlite",
    "screen": PAGES_ELSEWHERE,
    "app": APP_ELSEWHERE,
    "duration": APP_ELSEWHERE,
}
"""Tests that a run on the other database does, and whether they are left to it here."""

ROLLED_BACK = {"db", "transactional_db", "django_db_reset_sequences"}


def pytest_configure() -> None:
    """Make the directory for this process's files."""
    (SCRATCH / "static").mkdir(mode=0o700, parents=True)


def pytest_unconfigure() -> None:
    """Remove it; workers of xdist run this too, where `atexit` would be skipped."""
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of the running site, and keep either those or the others."""
    for item in items:
        asked = getattr(item, "fixturenames", ())
        if "live" in asked:
            item.add_marker("live")
        elif "rows" in asked and not LIVE:
            item.add_marker("django_db")
        elif not item.get_closest_marker("django_db") and ROLLED_BACK.isdisjoint(asked):
            item.add_marker("no_rows")
    chosen = [item for item in items if bool(item.get_closest_marker("live")) is LIVE]
    for marker, is_elsewhere in ELSEWHERE.items():
        if is_elsewhere:
            chosen = [item for item in chosen if not item.get_closest_marker(marker)]
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen
    for item in items if LIVE else ():
        asked = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or ROLLED_BACK.intersection(asked):
            raise pytest.UsageError(f"{item.nodeid}: ask for `rows`; the site cannot see `db`")


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never among what stays: modules and tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the running site said during a test that failed, and keep its figures."""
    report = yield
    if report.when == "call":
        report.user_properties.extend(figures.take())
    site = getattr(item, "funcargs", {}).get("live")
    if report.failed and isinstance(site, LiveSite):
        said = site.log_since(item.stash.get(LOG_POSITION, 0))
        report.sections.append(("the site's log", said[-8000:]))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the figures, if that is asked for."""
    figures.list_figures(terminalreporter)


LOG_POSITION = pytest.StashKey[int]()
STUMBLES = ("Traceback (most recent call last)", "Internal Server Error", "database is locked")


# --- In a transaction that is rolled back ---------------------------------------------------


class SecureClient(Client):
    """Django's test client on HTTPS; what waits for the commit is done after each request."""

    def generic(self, *args: Any, **options: Any) -> Any:
        """Send any request, over HTTPS."""
        return super().generic(*args, **{**options, "secure": True})

    def request(self, **request: Any) -> Any:
        """Send the request, then do what it left for after the commit: deliver messages."""
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**request)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, which its owner may empty between tests that are not rolled back.

    PostgreSQL refuses TRUNCATE on the events (tests/portal/test_database_roles.py proves it, on a
    database as the migrations leave it), and Django empties all tables with one.
    """
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE accounts_securityevent DISABLE TRIGGER event_truncate")


@pytest.fixture
def client() -> Client:
    """A browser without the browser."""
    return SecureClient()


@pytest.fixture
def new_client() -> Callable[..., Client]:
    """Makes more browsers; takes `headers`, `REMOTE_ADDR` and what else Django's client takes."""
    return SecureClient


@pytest.fixture
def texts() -> list[SentText]:
    """What was sent as text messages by this test, oldest first."""
    return memory_outbox


@pytest.fixture(autouse=True)
def _nothing_left_over() -> None:
    memory_outbox.clear()
    cache.clear()
    translation.deactivate()  # the language of the last request


@pytest.fixture
def rows(request: pytest.FixtureRequest) -> None:
    """A database to make people in: rolled back afterwards, or the running site's own.

    Fixtures that make people ask for this one and so serve both kinds of test; their addresses
    must come from `tests.live.fresh_address()`, as the running site's database is never emptied.
    A test of the running site asks for `live` (or what stands on it) as well.
    """
    if LIVE:
        request.getfixturevalue("running_site")


# --- The running site -----------------------------------------------------------------------


@pytest.fixture(scope="session")
def running_site(django_db_blocker: Any) -> Iterator[LiveSite]:
    """The site of this run."""
    with django_db_blocker.unblock(), live_site() as site:
        yield site


@pytest.fixture
def live(running_site: LiveSite, request: pytest.FixtureRequest) -> Iterator[LiveSite]:
    """The running site: `.url`, `.mail`, `.sms`, `.visitor()`; no test may make it stumble."""
    start = request.node.stash[LOG_POSITION] = running_site.log.stat().st_size
    yield running_site
    running_site.close()
    said = running_site.log_since(start)
    assert not [sign for sign in STUMBLES if sign in said], "see the site's log below"


@pytest.fixture
def visitor(live: LiveSite) -> Visitor:
    """A browser without the browser, at the running site."""
    return live.visitor()


@pytest.fixture(scope="session")
def _chromium(running_site: LiveSite) -> Iterator[Browser]:
    pin = running_site.certificate_pin
    with (
        sync_playwright() as playwright,
        chromium(playwright.chromium, pin, name=SHELL) as browser,
    ):
        yield browser


@pytest.fixture
def faults() -> Iterator[Faults]:
    """What pages did wrong; the test fails if anything is left in `.seen` at its end."""
    faults = Faults()
    yield faults
    assert not faults.seen, "\n".join(faults.seen)


@pytest.fixture
def new_browser(
    live: LiveSite, _chromium: Browser, faults: Faults
) -> Iterator[Callable[..., BrowserContext]]:
    """Makes profiles of a real browser, each with its own cookies; takes Playwright's options."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        contexts.append(new_context(_chromium, live.url, **options))
        contexts[-1].on("page", faults.watch)
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_browser: Callable[..., BrowserContext]) -> Page:
    """A page of a real browser at the running site; relative URLs work."""
    return new_browser().new_page()


@pytest.fixture
def phone_page(new_browser: Callable[..., BrowserContext]) -> Page:
    """The same at 360 px, in the dark."""
    make = partial(new_browser, viewport={"width": 360, "height": 780}, color_scheme="dark")
    return make().new_page()
