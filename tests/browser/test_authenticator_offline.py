"""The app without the network, with a wrong clock, on the home screen, and when it is renewed."""

import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.authenticator import APP, PHONE, Phone, codes_now, link

pytestmark = pytest.mark.no_rows
RENEWED = "0123456789abcdef"
SERVED_FROM = "caches.keys()"
READY = """
await navigator.serviceWorker.ready;
const done = () => caches.keys().then((names) => names.length > 0);
while (!(await done()) || !navigator.serviceWorker.controller) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
"""


@pytest.fixture
def context(new_browser: Callable[..., BrowserContext]) -> BrowserContext:
    """A phone."""
    return new_browser(viewport={"width": 360, "height": 780})


@pytest.fixture
def phone(context: BrowserContext) -> Phone:
    """The app, kept for offline use, with one account."""
    phone = Phone(context.new_page()).open()
    phone.fill([link("Mail")])
    phone.run(READY)
    return phone


def test_it_starts_without_the_network_and_makes_codes(
    phone: Phone, context: BrowserContext
) -> None:
    context.set_offline(True)
    phone.open()
    assert phone.code("Mail") in codes_now()
    phone.add(link("Shop"))
    phone.open("settings")
    phone.says("2 accounts are on this phone.")
    context.set_offline(False)


def test_in_dutch_it_starts_without_the_network_and_stays_dutch(
    new_browser: Callable[..., BrowserContext],
) -> None:
    context = new_browser(viewport={"width": 360, "height": 780}, locale="nl-NL")
    phone = Phone(context.new_page()).open()
    phone.reads("Je codes")
    phone.fill([link("Mail")])
    phone.run(READY)
    context.set_offline(True)
    phone.open("settings")
    phone.reads("Instellingen")
    phone.says("Op deze telefoon staat 1 account.")
    phone.fill([link("Shop")])
    phone.open("settings")
    phone.says("Op deze telefoon staan 2 accounts.")
    context.set_offline(False)


def test_another_language_is_fetched_and_kept(phone: Phone, context: BrowserContext) -> None:
    phone.open("settings")
    context.set_offline(True)
    phone.press("Nederlands")
    phone.says("Another language is fetched over the network")
    context.set_offline(False)
    with phone.page.expect_navigation():
        phone.press("Nederlands")
    phone.reads("Instellingen")
    context.set_offline(True)
    phone.open()
    phone.reads("Je codes")
    phone.says("Mail")
    context.set_offline(False)


def test_it_can_be_installed(phone: Phone, context: BrowserContext) -> None:
    devtools = context.new_cdp_session(phone.page)
    found: dict[str, Any] = devtools.send("Page.getAppManifest")
    assert not found["errors"]
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A profile of the tests counts as a private window, where nothing can be installed.
    assert [each["errorId"] for each in errors] in ([], ["in-incognito"])
    manifest = json.loads(found["data"])
    assert manifest["scope"] == manifest["start_url"] == APP
    for icon in manifest["icons"]:
        kind = "fetch(path).then((answer) => answer.headers.get('Content-Type'))"
        assert phone.page.evaluate(f"(path) => {kind}", icon["src"]) == icon["type"]


def test_nothing_is_kept_that_is_not_the_file_of_its_hash(context: BrowserContext) -> None:
    def forge(route: Route) -> None:
        route.fulfill(body="<title>Sign in to the hotel</title>", content_type="text/html")

    phone = Phone(context.new_page())
    context.route("**/static/authenticator/otp/clock.js", forge)
    context.route("**/authenticator/sw.js", lambda route: route.continue_())
    phone.page.goto("/healthz")
    state = phone.page.evaluate(
        """async () => {
          const made = await navigator.serviceWorker.register("/authenticator/sw.js");
          const worker = made.installing;
          await new Promise((resolve) => {
            worker.onstatechange = () => worker.state !== "installing" && resolve();
          });
          return worker.state;
        }"""
    )
    assert state == "redundant"


def offer_newer(phone: Phone, context: BrowserContext) -> None:
    """Have the site serve the same files under another version."""
    script = phone.page.evaluate("fetch('/authenticator/sw.js').then((answer) => answer.text())")
    head, _semicolon, rest = script.partition(";\n")
    given = json.loads(head.removeprefix("self.LIST = "))
    given["version"] = RENEWED
    renewed = f"self.LIST = {json.dumps(given)};\n{rest}"

    def renew(route: Route) -> None:
        route.fulfill(body=renewed, content_type="text/javascript")

    context.route("**/authenticator/sw.js?newer", renew)


def test_a_newer_version_waits_until_it_is_taken(phone: Phone, context: BrowserContext) -> None:
    offer_newer(phone, context)
    phone.open()
    phone.run('navigator.serviceWorker.register("/authenticator/sw.js?newer")')
    phone.says("A new version of the app is ready.")
    assert RENEWED not in phone.page.evaluate(SERVED_FROM)
    phone.page.get_by_role("button", name="Update now").click()
    only = f"async () => String(await {SERVED_FROM}) === 'authenticator-{RENEWED}'"
    phone.page.wait_for_function(only)  # over the reload, which may come twice
    assert phone.names == ["Mail"]


def test_another_tab_that_updates_leaves_what_is_half_typed(
    phone: Phone, context: BrowserContext
) -> None:
    offer_newer(phone, context)
    other = Phone(context.new_page()).open("add")
    other.type("Service", "Half a name")
    phone.open()
    phone.run('navigator.serviceWorker.register("/authenticator/sw.js?newer")')
    phone.says("A new version of the app is ready.")
    phone.page.get_by_role("button", name="Update now").click()
    only = f"async () => String(await {SERVED_FROM}) === 'authenticator-{RENEWED}'"
    phone.page.wait_for_function(only)
    assert phone.names == ["Mail"]
    expect(other.page.get_by_label("Service")).to_have_value("Half a name")
    with other.page.expect_navigation(wait_until="load"):
        other.page.evaluate("location.hash = 'codes'")


@pytest.mark.parametrize(("off", "words"), [(130, "2 minutes slow"), (-3600, "60 minutes fast")])
def test_a_wrong_clock_is_put_right_and_told(
    new_browser: Callable[..., BrowserContext], off: int, words: str
) -> None:
    phone = Phone(new_browser(**PHONE).new_page())
    right = 1234567890
    now = formatdate(right, usegmt=True)
    phone.page.route("**/healthz", lambda it: it.fulfill(body="ok", headers={"Date": now}))
    phone.page.clock.set_fixed_time(right - off)
    phone.open()
    phone.says(f"This phone's clock is {words}. The codes use the portal's time.")
    phone.add(link("Mail"))
    assert phone.code("Mail") == "742275"


def test_an_answer_that_is_not_the_portals_does_not_move_the_clock(
    new_browser: Callable[..., BrowserContext],
) -> None:
    phone = Phone(new_browser(**PHONE).new_page())
    headers = {"Date": formatdate(0, usegmt=True)}
    phone.page.route("**/healthz", lambda route: route.fulfill(body="<html>hotel", headers=headers))
    phone.open()
    phone.add(link("Mail"))
    assert phone.code("Mail") in codes_now()
    expect(phone.page.get_by_text("This phone's clock")).to_have_count(0)


def test_one_file_that_is_refused_at_the_first_visit_is_fetched_again(
    context: BrowserContext,
) -> None:
    lost = [True]

    def refuse(route: Route) -> None:
        if lost and route.request.service_worker:
            route.fulfill(status=503, body="busy")
        else:
            route.continue_()

    context.route("**/static/authenticator/pages/export.js", refuse)
    phone = Phone(context.new_page()).open()
    phone.says("The app isn't kept on this phone for use without the network yet")
    lost.clear()
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.page.locator("#offline")).to_have_count(0, timeout=20_000)
    phone.run(READY)
    context.set_offline(True)
    phone.open("export")
    phone.reads("Export")
    context.set_offline(False)


def test_a_backup_whose_script_is_missing_is_told(
    new_browser: Callable[..., BrowserContext],
) -> None:
    phone = Phone(new_browser(**PHONE).new_page())
    phone.page.route("**/authenticator/backup/sync/sync.js", lambda route: route.abort())
    phone.open()
    phone.says("The part of the app that keeps the backup is missing.")
