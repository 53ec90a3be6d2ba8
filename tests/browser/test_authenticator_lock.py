"""Locks: a PIN that only hides, a passphrase that encrypts, and what becomes of forgotten ones."""

import hashlib
import json
import re
from collections.abc import Callable

import pytest
from argon2.low_level import Type, hash_secret_raw
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.authenticator import Phone, asked_by, codes_now, link

pytestmark = pytest.mark.no_rows
VECTOR = "94c86f541abdb3d9aabfea59aa03963549483e9c0b1a79336e76b54cee6c917e"
WORDS = "correct horse battery staple"
NO_KEYS = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  if (value instanceof CryptoKey) throw new DOMException("no keys here", "DataCloneError");
  return put.call(this, value, key);
};
"""
AGE_TRIES = """
const { read, write } = await use("core/storage/indexed-db");
const [tries] = await read(["meta", "tries"]);
for (const name of ["at", "forgotten"]) if (tries[name]) tries[name] -= given;
await write({ put: [["meta", "tries", tries]] });
"""
DAY = 86_400_000
WORKER = settings.BASE_DIR / "static" / "authenticator" / "core" / "kdf" / "kdf-worker.js"
STRICT = {"Content-Security-Policy": "default-src 'none'; script-src 'self'"}
DERIVE = """
const { derive } = await use("core/kdf/kdf");
const bytes = (text) => new TextEncoder().encode(text);
const found = [];
for (const { password, salt, ...task } of given) {
  const made = await derive({ ...task, password: bytes(password), salt: bytes(salt) });
  found.push([...made].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
}
return found;
"""


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    """The app with one account, at the page about its lock."""
    return ready(kept_page)


def ready(page: Page) -> Phone:
    phone = Phone(page).open("lock")
    phone.reads("Lock")
    phone.fill([link("Mail")])
    return phone


def unlock(phone: Phone, label: str, secret: str) -> None:
    phone.reads("Locked")
    phone.type(label, secret)
    phone.press("Unlock")


def test_argon2id_is_computed_off_the_page_and_right(modules: Phone) -> None:
    found = modules.run(
        """const { STANDARD, bytesOf, derive } = await use("core/kdf/kdf");
           const salt = new TextEncoder().encode("0123456789abcdef");
           const bytes = await derive({ ...STANDARD, password: bytesOf(given), salt });
           return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");""",
        WORDS,
    )
    assert found == VECTOR
    refused = modules.run(
        """const { checkCost } = await use("core/kdf/kdf");
           return given.map((memory) => {
             try { checkCost({ kind: "argon2id", memory, passes: 3 }); return ""; }
             catch (error) { return error.message; }
           });""",
        [1024, 64 * 1024, 2 * 1024 * 1024],
    )
    assert [bool(words) for words in refused] == [True, False, True]


def test_a_passphrase_really_encrypts_and_opens_again(phone: Phone) -> None:
    before = phone.rows_on_disk()
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS + "!")
    phone.page.get_by_role("button", name="Seal with this passphrase").click()
    phone.says("The two are not the same.")
    phone.type("The passphrase once more", WORDS)
    phone.press("Seal with this passphrase")
    phone.says("From now on the passphrase opens your accounts.")
    disk = phone.rows_on_disk()
    assert "local" not in disk["keys"]
    assert len(disk["vault"]) == 2
    sealed = {row["sealed"] for row in before["vault"].values()}
    assert not sealed & {row["sealed"] for row in disk["vault"].values()}
    assert WORDS not in json.dumps(disk)
    phone.open()
    unlock(phone, "Passphrase", "not the passphrase")
    phone.says("This passphrase does not open your accounts.")
    unlock(phone, "Passphrase", WORDS)
    assert phone.code("Mail") in codes_now()
    phone.fill([link("Shop")])
    assert "local" not in phone.rows_on_disk()["keys"]
    phone.open()
    unlock(phone, "Passphrase", WORDS)
    assert phone.names == ["Mail", "Shop"]
    phone.open("lock")
    unlock(phone, "Passphrase", WORDS)
    phone.press("Lock now")
    unlock(phone, "Passphrase", WORDS)
    phone.type("Present passphrase", WORDS)
    phone.press("Remove the lock")
    phone.says("The lock is off.")
    phone.open()
    assert phone.names == ["Mail", "Shop"]


def test_a_second_tab_locks_when_the_first_one_seals(phone: Phone) -> None:
    other = Phone(phone.page.context.new_page()).open()
    assert other.names == ["Mail"]
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS)
    phone.press("Seal with this passphrase")
    other.reads("Locked")
    unlock(other, "Passphrase", WORDS)
    assert other.names == ["Mail"]
    other.fill([link("Shop")])
    phone.open()
    unlock(phone, "Passphrase", WORDS)
    assert phone.names == ["Mail", "Shop"]


def test_a_pin_hides_waits_after_wrong_ones_and_can_be_forgotten(phone: Phone) -> None:
    page = phone.page
    phone.type("New PIN", "12")
    phone.type("The PIN once more", "12")
    phone.press("Lock with this PIN")
    phone.says("A PIN has 4 to 12 digits.")
    phone.type("New PIN", "2580")
    phone.type("The PIN once more", "2580")
    phone.press("Lock with this PIN")
    phone.says("From now on the app asks for the PIN.")
    phone.open()
    for _each in range(5):
        unlock(phone, "PIN", "0000")
        phone.says("This PIN is not right.")
        expect(page.get_by_role("button", name="Unlock")).to_be_enabled()
    expect(page.locator(".account")).to_have_count(0)
    unlock(phone, "PIN", "2580")
    phone.says("Too many attempts. Wait")
    phone.run(AGE_TRIES, 40_000)
    unlock(phone, "PIN", "2580")
    assert phone.names == ["Mail"]
    phone.open()
    page.get_by_text("Forgot the PIN?").click()
    phone.press("Remove the PIN in 24 hours")
    phone.says("The PIN will be gone on")
    phone.open()
    phone.reads("Locked")
    phone.run(AGE_TRIES, DAY)
    phone.open()
    assert phone.names == ["Mail"]


def test_where_keys_cannot_be_kept_a_passphrase_is_asked_for_each_time(
    kept_page: Page,
) -> None:
    phone = Phone(kept_page.context.new_page())
    phone.page.add_init_script(NO_KEYS)
    phone.open()
    phone.reads("Choose a passphrase first")
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS)
    phone.press("Seal with this passphrase")
    phone.reads("Your codes")
    phone.fill([link("Mail")])
    phone.open()
    unlock(phone, "Passphrase", WORDS)
    assert phone.names == ["Mail"]


def test_offline_a_passphrase_opens_too_and_out_of_sight_nothing_shows(
    new_browser: Callable[..., BrowserContext],
) -> None:
    context = new_browser(viewport={"width": 360, "height": 780})
    phone = ready(context.new_page())
    phone.run("await navigator.serviceWorker.ready")
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS)
    phone.press("Seal with this passphrase")
    phone.says("From now on the passphrase opens your accounts.")
    context.set_offline(True)
    phone.open()
    unlock(phone, "Passphrase", WORDS)
    assert phone.code("Mail") in codes_now()
    hide = """(is) => {
      Object.defineProperty(document, "hidden", { value: is, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    phone.page.evaluate(hide, True)
    expect(phone.page.locator("main")).to_have_css("filter", "blur(25.5px)")
    phone.page.evaluate(hide, False)
    expect(phone.page.locator("main")).to_have_css("filter", "none")
    context.set_offline(False)


def test_without_webassembly_plain_javascript_gives_the_same_bytes(kept_page: Page) -> None:
    def refuse(route: Route) -> None:
        script = f"self.WebAssembly = undefined;\n{WORKER.read_text()}"
        route.fulfill(body=script, content_type="text/javascript", headers=STRICT)

    kept_page.route(re.compile(r"\d/authenticator/kdf\.js$"), refuse)
    argon2 = {"kind": "argon2id", "password": WORDS, "salt": "0123456789abcdef"}
    tasks = [
        {**argon2, "memory": 64 * 1024, "passes": 3, "lanes": 1},
        {**argon2, "memory": 19 * 1024, "passes": 2, "lanes": 4},
        {"kind": "scrypt", "password": "wörds", "salt": "s", "cost": 4096, "block": 8, "lanes": 2},
    ]
    with asked_by(kept_page) as asked:
        found = Phone(kept_page).open().run(DERIVE, tasks)
    served = {request.url.rpartition("/")[2] for request in asked}
    assert served >= {"argon2.js", "scrypt.js", "blake2.js"}
    in_four = hash_secret_raw(
        WORDS.encode(), b"0123456789abcdef", 2, 19 * 1024, 4, hash_len=32, type=Type.ID
    )
    by_scrypt = hashlib.scrypt("wörds".encode(), salt=b"s", n=4096, r=8, p=2, dklen=32)
    assert found == [VECTOR, in_four.hex(), by_scrypt.hex()]
