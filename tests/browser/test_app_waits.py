"""Whatever the browser does not answer: the app says so, and is never an empty page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.authenticator import PHONE, Phone, link

pytestmark = pytest.mark.no_rows
# As Firefox does with the data of a site blocked: to name these is an error.
BLOCKED = """
const refuse = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
globalThis.BroadcastChannel = class { constructor() { refuse(); } };
for (const name of ["indexedDB", "localStorage", "sessionStorage", "caches"]) {
  Object.defineProperty(globalThis, name, { get: refuse });
}
for (const name of ["locks", "serviceWorker", "storage"]) {
  Object.defineProperty(Navigator.prototype, name, { get: refuse });
}
"""
MUTE_DATABASE = "IDBFactory.prototype.open = () => ({});"
MUTE_READS = "IDBObjectStore.prototype.get = () => ({});"
KEEP_LOCK = """
navigator.locks.request("latchkey-authenticator", () => new Promise(() => {}));
"""


def let_pass(page: Page, seconds: int, words: str) -> None:
    """Let this time pass for the app, as often as it takes until these words are there."""
    for _each in range(100):
        page.clock.run_for(seconds * 1000)
        if page.get_by_text(words).count():
            return
        page.wait_for_timeout(100)


@pytest.fixture
def page(new_browser: Callable[..., BrowserContext]) -> Page:
    return new_browser(**PHONE).new_page()


def test_with_the_data_of_the_site_blocked_it_says_so(page: Page) -> None:
    page.add_init_script(BLOCKED)
    phone = Phone(page).open()
    phone.reads("This browser keeps nothing")
    phone.says("the browser is set to block the data of this site")


@pytest.mark.parametrize("mute", [MUTE_DATABASE, MUTE_READS])
def test_a_storage_that_never_answers_is_told(page: Page, mute: str) -> None:
    page.clock.install()
    page.add_init_script(mute)
    phone = Phone(page).open()
    let_pass(page, 11, "does not answer")
    phone.reads("The phone's storage does not answer")
    phone.says("Your accounts are still on this phone")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_role("button", name="Begin with an empty list")).to_be_hidden()


@pytest.mark.parametrize("lost", ["main", "accounts/vault"])
def test_a_script_that_does_not_come_leaves_no_empty_page(page: Page, lost: str) -> None:
    page.clock.install()
    page.route(f"**/authenticator/{lost}.js", lambda route: route.abort())
    Phone(page).open()
    words = page.get_by_text("The app has not started yet.")
    expect(words).to_be_hidden()  # a start that is only slow never shows it
    page.clock.run_for(7000)
    expect(words).to_be_visible()
    expect(page.locator("main").get_by_role("link", name="Try again")).to_be_visible()


def test_a_script_that_fails_at_the_start_is_told(page: Page) -> None:
    page.route("**/authenticator/backup/pages/erased-page.js", lambda route: route.abort())
    phone = Phone(page).open()
    phone.run(
        """const { write } = await use("core/storage/indexed-db");
           await write({ put: [["meta", "erased", { at: 1 }]] });"""
    )
    phone.open()
    phone.reads("The app could not start")


def test_a_page_whose_script_never_comes_is_told(page: Page) -> None:
    page.clock.install()
    held = list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/authenticator/pages/settings.js", hold)
    phone = Phone(page).open("settings")
    phone.wait(lambda: bool(held))  # the storage has answered by then; its wait is a shorter one
    let_pass(page, 21, "This page is not kept")
    phone.says("This page is not kept on the phone yet.")
    for route in held:
        route.abort()


def test_a_tab_that_never_ends_its_turn_is_told(page: Page) -> None:
    page.clock.install()
    phone = Phone(page).open()
    phone.fill([link("Mail")])
    page.evaluate(f"() => {{ {KEEP_LOCK} }}")
    phone.press("Pin Mail")
    let_pass(page, 16, "Another tab of this app is busy")
    phone.says("Another tab of this app is busy. Close it, then try again.")


def test_a_key_that_takes_for_ever_is_told(page: Page) -> None:
    page.clock.install()
    page.add_init_script("Worker.prototype.postMessage = () => {};")
    phone = Phone(page).open()
    made = page.evaluate(
        """async () => {
             const { makeLock } = await import("/static/authenticator/lock/passphrase.js");
             globalThis.told = "";
             makeLock("correct horse").catch(({ message }) => { told = message; });
           }"""
    )
    assert made is None

    def is_told() -> bool:
        page.clock.run_for(121_000)
        return "takes too long" in page.evaluate("told")

    phone.wait(is_told)


def test_leaving_ends_what_reads_and_lets_a_save_finish(page: Page) -> None:
    phone = Phone(page).open()
    phone.reads("Your codes")
    found = phone.run(
        """const { read, write } = await use("core/storage/indexed-db");
           const over = (act) => act.then(() => "done", () => "given up");
           await read(["meta", "known"]);
           const left = [
             over(read(["vault", 0])),
             over(write({ put: [["meta", "aside", 1]], isAside: true })),
             over(write({ put: [["meta", "mine", 2]] })),
           ];
           await Promise.resolve();
           await Promise.resolve();
           dispatchEvent(new PageTransitionEvent("pagehide"));
           return [await Promise.all(left), await read(["meta", "mine"])];"""
    )
    assert found[0][0] == "given up"
    assert found[0][2] == "done"
    assert found[1] == [2]


def test_a_change_that_was_cut_off_is_told(page: Page) -> None:
    phone = Phone(page).open()
    phone.fill([link("Mail")])
    page.evaluate("sessionStorage.setItem('latchkey-authenticator-saving', '9')")
    phone.open()
    phone.says("Your last change was not saved: the app was closed before it was.")
    phone.open()
    assert page.get_by_text("Your last change was not saved").count() == 0


def test_a_full_disk_is_told_in_words(page: Page) -> None:
    phone = Phone(page).open()
    words = phone.run(
        """const { change } = await use("accounts/vault");
           const { put } = IDBObjectStore.prototype;
           IDBObjectStore.prototype.put = function (value, key) {
             const asked = put.call(this, value, key);
             const error = new DOMException("full", "QuotaExceededError");
             const event = new Event("error", { bubbles: true });
             Object.defineProperty(event, "target", { value: { error } });
             if (this.name === "vault") queueMicrotask(() => this.transaction.onerror(event));
             return asked;
           };
           return change((doc) => { doc.settings.x = 1; }).catch(({ message }) => message);"""
    )
    assert words.startswith("This was not saved: the phone has no room left.")
