"""The lock under attack: late tabs, tampered rows, a look at the screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authenticator import Phone, link

pytestmark = pytest.mark.no_rows
WORDS = "correct horse battery staple"
# A tab that was frozen while another one changed the lock: the news reaches it too late.
DEAF = "BroadcastChannel.prototype.addEventListener = () => {};"
SEAL = """
const { makeLock } = await use("lock/passphrase");
const { rekey } = await use("accounts/vault");
const { key, lock } = await makeLock(given);
await rekey(key, lock);
"""
TAMPER = """
const { read, write } = await use("core/storage/indexed-db");
const { makePin } = await use("lock/pin");
const [lock] = await read(["meta", "lock"]);
const weak = { ...lock, kdf: { ...lock.kdf, memory: 19 * 1024, passes: 2 } };
const bent = { ...lock, sealed: lock.sealed.slice() };
new Uint8Array(bent.sealed)[0] ^= 1;
const forged = { gone: null, pin: await makePin("2580"), unknown: { kind: "none" }, weak, bent };
const row = forged[given];
await write(row ? { put: [["meta", "lock", row]] } : { drop: [["meta", "lock"]] });
"""
# Whoever holds a phone can set its clock.
CLOCK = "const { now } = Date; Date.now = () => now() + Number(localStorage.ahead ?? 0);"
SET_CLOCK = "(hours) => { localStorage.ahead = hours * 3_600_000; }"
PIN = """
const { makePin } = await use("lock/pin");
const { setScreenLock } = await use("accounts/vault");
await setScreenLock(await makePin("2580"));
"""
COME_BACK = """() => {
  const show = (is) => {
    Object.defineProperty(document, "hidden", { value: !is, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  };
  show(false);
  const { now } = Date;
  Date.now = () => now() + 61_000;
  show(true);
  return document.body.classList.contains("veiled");
}"""


@pytest.fixture
def phone(hurried_page: Page) -> Phone:
    """The app with one account."""
    phone = Phone(hurried_page).open()
    phone.fill([link("Mail")])
    return phone


def deaf(phone: Phone, place: str = "") -> Phone:
    """Another tab, which hears nothing of what the first one does."""
    page = phone.page.context.new_page()
    page.add_init_script(DEAF)
    return Phone(page).open(place)


def unlock(phone: Phone, secret: str = WORDS) -> None:
    phone.reads("Locked")
    phone.type("Passphrase", secret)
    phone.press("Unlock")


def test_a_pin_of_a_late_tab_never_takes_the_place_of_a_lock_that_seals(phone: Phone) -> None:
    late = deaf(phone, "lock")
    late.reads("Lock")
    phone.run(SEAL, WORDS)
    late.type("New PIN", "2580")
    late.type("The PIN once more", "2580")
    late.press("Lock with this PIN")
    late.says("The lock was changed in another tab.")
    assert late.rows_on_disk()["meta"]["lock"]["kind"] == "passphrase"
    phone.open()
    unlock(phone)
    assert phone.names == ["Mail"]


def test_a_late_tab_writes_nothing_that_no_lock_opens(phone: Phone) -> None:
    phone.run(SEAL, WORDS)
    late = deaf(phone)
    unlock(late)
    assert late.names == ["Mail"]
    phone.open()
    phone.page.get_by_text("I can’t unlock it any more").click()
    phone.press("Put it aside and begin recovery")
    phone.reads("Begin recovery")
    refused = late.run(
        """const { change } = await use("accounts/vault");
           try { await change(() => {}); return ""; } catch (error) { return error.message; }"""
    )
    assert refused.startswith("This was not saved")
    assert not {"0", "1"} & set(phone.rows_on_disk()["vault"])
    phone.open()
    phone.fill([link("New")])
    phone.open()
    assert phone.names == ["New"]


@pytest.mark.parametrize("how", ["gone", "pin", "unknown", "weak", "bent"])
def test_a_lock_that_was_tampered_with_opens_nothing(phone: Phone, how: str) -> None:
    phone.run(SEAL, WORDS)
    phone.open()
    phone.reads("Locked")
    phone.run(TAMPER, how)
    phone.open()
    if how in ("weak", "bent"):
        unlock(phone)
        phone.says("This passphrase does not open your accounts.")
    if how == "pin":
        phone.type("PIN", "2580")
        phone.press("Unlock")
    if how in ("gone", "pin", "unknown"):
        phone.says("key")
    expect(phone.page.locator(".account")).to_have_count(0)
    assert {"0", "1"} <= set(phone.rows_on_disk()["vault"])


def test_coming_back_late_shows_nothing_before_the_lock(phone: Phone) -> None:
    phone.run(SEAL, WORDS)
    phone.open()
    unlock(phone)
    assert phone.names == ["Mail"]
    assert phone.page.evaluate(COME_BACK)
    phone.reads("Locked")


def test_coming_back_late_without_a_lock_shows_the_codes_again(phone: Phone) -> None:
    assert phone.page.evaluate(COME_BACK)
    expect(phone.page.locator("main")).to_have_css("filter", "none")
    assert phone.names == ["Mail"]


@pytest.fixture
def watch(phone: Phone) -> Phone:
    """The app behind a PIN, in a tab whose clock can be set."""
    phone.run(PIN)
    page = phone.page.context.new_page()
    page.add_init_script(CLOCK)
    return Phone(page).open()


def forget(phone: Phone) -> None:
    """Say that the PIN was forgotten."""
    phone.reads("Locked")
    phone.page.get_by_text("Forgot the PIN?").click()
    phone.press("Remove the PIN in 24 hours")


def starts_and_is_still_locked(phone: Phone) -> None:
    """Start anew: the PIN that was forgotten is asked for, and its day is not over."""
    phone.open()
    phone.page.get_by_text("Forgot the PIN?").click()
    phone.says("The PIN will be gone on")
    phone.reads("Locked")


def test_a_clock_that_is_set_ahead_removes_no_pin(watch: Phone) -> None:
    forget(watch)
    watch.says("The PIN will be gone on")
    watch.page.evaluate(SET_CLOCK, 25)
    starts_and_is_still_locked(watch)


def test_a_clock_that_is_set_back_makes_no_day_pass(watch: Phone) -> None:
    watch.page.evaluate(SET_CLOCK, -25)
    watch.open()
    forget(watch)
    watch.says("The PIN will be gone on")
    watch.page.evaluate(SET_CLOCK, 0)
    starts_and_is_still_locked(watch)


def test_without_the_portals_time_no_pin_is_forgotten(watch: Phone) -> None:
    watch.reads("Locked")
    watch.page.route("**/healthz", lambda route: route.abort())
    watch.open()
    forget(watch)
    watch.says("This goes by the portal's time, and the portal cannot be reached.")
    watch.page.unroute_all()
    watch.press("Remove the PIN in 24 hours")
    watch.says("The PIN will be gone on")


def test_wrong_tries_under_a_wrong_clock_wait_no_longer_than_others(watch: Phone) -> None:
    watch.page.evaluate(SET_CLOCK, 9000)
    watch.page.route("**/healthz", lambda route: route.abort())
    watch.open()
    for _each in range(5):
        watch.type("PIN", "0000")
        watch.press("Unlock")
        watch.says("This PIN is not right.")
        expect(watch.page.get_by_role("button", name="Unlock")).to_be_enabled()
    watch.page.evaluate(SET_CLOCK, 0)
    watch.page.unroute_all()
    watch.open()
    watch.type("PIN", "2580")
    watch.press("Unlock")
    expect(watch.page.get_by_text(re.compile(r"Wait [123]\d seconds"))).to_be_visible()
