"""When the app saves, calls and asks: on a clock that stands still until it is told to go on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.browser.authenticator import PHONE, link
from tests.browser.backup_phones import Linked, link_app
from tests.live import LiveSite
from tests.live.browser import Faults
from tests.people import protected

pytestmark = pytest.mark.app

HEAD = "**/api/authenticator/v1/vault/head"
SECOND, MINUTE = 1000, 60_000
HIDE = """(is) => {
  Object.defineProperty(document, "hidden", { value: is, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def phone(live: LiveSite, new_browser: Callable[..., BrowserContext]) -> Linked:
    """A phone with a backup that is on, its clock stopped; a clock is one of a whole profile."""
    page = new_browser(**PHONE).new_page()
    phone = link_app(page, live, protected("ada"))
    phone.fill([link("Mail")])
    phone.back_up()
    page.goto("about:blank")
    page.clock.install()
    with page.expect_response("**/heartbeat"):  # a change before it would be saved with the start
        phone.open()
    phone.saved(1)
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=30))
    return phone


def calls_of(page: Page, is_one: Callable[[Request], bool]) -> list[Request]:
    """Collect the requests of this kind, from now on."""
    sent: list[Request] = []

    def note(request: Request) -> None:
        if is_one(request):
            sent.append(request)

    page.on("request", note)
    return sent


def puts_of(page: Page) -> list[Request]:
    """Collect what is sent to be saved."""
    return calls_of(page, lambda request: request.method == "PUT")


def test_three_seconds_after_a_change_it_is_saved(phone: Linked) -> None:
    sent = puts_of(phone.page)
    phone.fill([link("Shop")])
    phone.says("1 change not saved")
    phone.page.clock.run_for(2 * SECOND)
    phone.fill([link("Bank")])
    phone.says("2 changes not saved")
    assert not sent
    phone.page.clock.run_for(2 * SECOND)
    phone.saved(3)
    assert (len(sent), phone.vault.head) == (1, 2)


def test_a_hidden_app_saves_at_once(phone: Linked) -> None:
    sent = puts_of(phone.page)
    phone.fill([link("Shop")])
    phone.says("1 change not saved")
    with phone.page.expect_response(HEAD):
        phone.page.evaluate(HIDE, True)
    expect(phone.line).to_contain_text("Saved")
    phone.page.evaluate(HIDE, False)
    phone.saved(2)
    assert (len(sent), phone.services()) == (1, ["Mail", "Shop"])


def test_after_a_failure_it_tries_again_ever_later(phone: Linked, faults: Faults) -> None:
    sent = puts_of(phone.page)

    def fail(route: Route) -> None:
        route.fulfill(status=500)

    phone.page.route(HEAD, fail)
    phone.fill([link("Shop")])
    phone.page.clock.run_for(4 * SECOND)
    for count, pause in enumerate((30, 60, 120), start=1):
        phone.says("Error: The portal has a fault")
        expect(phone.line).not_to_contain_text("Saving")
        phone.page.clock.run_for((pause - 2) * SECOND)
        assert len(sent) == count
        phone.page.clock.run_for(4 * SECOND)
        phone.says("Error: The portal has a fault")
    phone.page.unroute_all()
    phone.page.clock.run_for(241 * SECOND)
    phone.saved(2)
    faults.seen[:] = [each for each in faults.seen if "/vault/head" not in each]


def test_it_calls_every_quarter_of_an_hour_while_it_is_shown(phone: Linked) -> None:
    beats = calls_of(phone.page, lambda request: "heartbeat" in request.url)
    phone.page.clock.run_for(10 * MINUTE)
    assert not beats
    for _each in range(6 * 12):
        # In small steps, with a rest: a jump would end the wait for the storage within the call.
        phone.page.clock.run_for(5 * SECOND)
        phone.page.wait_for_timeout(100)
        if beats:
            break
    assert len(beats) == 1
    phone.page.evaluate(HIDE, True)
    phone.page.clock.run_for(30 * MINUTE)
    assert len(beats) == 1
    with phone.page.expect_request("**/heartbeat"):
        phone.page.evaluate(HIDE, False)


def test_once_a_month_it_asks_whether_the_key_still_opens(phone: Linked) -> None:
    later = datetime.now(UTC) + timedelta(days=31)
    asks = "Can you still open your backup?"
    expect(phone.page.get_by_text(asks)).to_have_count(0)
    phone.page.clock.set_fixed_time(later)
    phone.page.evaluate("location.hash = 'settings'")
    phone.page.evaluate("location.hash = 'codes'")
    phone.says(asks)
    phone.press("Not now")
    expect(phone.page.get_by_text(asks)).to_have_count(0)
    phone.page.clock.set_fixed_time(later + timedelta(days=8))
    phone.page.evaluate("location.hash = 'settings'")
    phone.says("The backup is older than a week")
    phone.says("You opened the backup within the last half year.")
    phone.page.evaluate("location.hash = 'codes'")
    phone.press("Check it")
    phone.type("Backup key", phone.backup_key)
    phone.press("Try it")
    phone.says("It opens your backup")
    phone.press("Back to your codes")
    phone.saved(1)
    expect(phone.page.get_by_text(asks)).to_have_count(0)
