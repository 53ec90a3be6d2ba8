"""What is kept on the phone: sealed, whole, never given up for a spinner or an empty welcome."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.authenticator import KEY, Phone, link

pytestmark = pytest.mark.no_rows
BROKEN_STORAGE = """
const put = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  if (globalThis.storageIsFull && this.name === "vault") {
    throw new DOMException("no room", "QuotaExceededError");
  }
  return put.call(this, value, key);
};
"""
DAMAGE = """
const { read, write } = await use("core/storage/indexed-db");
const rows = await read(["vault", 0], ["vault", 1]);
const newest = rows[0].generation > rows[1].generation ? 0 : 1;
for (const slot of given ? [0, 1] : [newest]) new Uint8Array(rows[slot].sealed)[20] ^= 1;
await write({ put: rows.map((row, slot) => ["vault", slot, row]) });
"""
DROP_KEY = """
const { write } = await use("core/storage/indexed-db");
await write({ drop: [["keys", "local"]] });
"""
ADD = """
const { change } = await use("accounts/vault");
const { add } = await use("accounts/entries");
const { parse } = await use("otp/otpauth");
await change((doc) => { add(doc, parse(given)); });
"""


@pytest.fixture
def context(kept_page: Page) -> BrowserContext:
    """A phone."""
    return kept_page.context


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    """The app with two accounts, saved one after the other."""
    phone = Phone(kept_page).open()
    phone.reads("Your codes")
    phone.fill([link("Mail")])
    phone.fill([link("Shop")])
    return phone


def test_nothing_readable_rests_on_the_phone(phone: Phone) -> None:
    disk = phone.rows_on_disk()
    assert disk["keys"]["local"] == {"extractable": False}
    assert sorted(row["generation"] for row in disk["vault"].values()) == [1, 2]
    text = json.dumps(disk)
    for secret in (KEY, "Mail", "Shop", "alice"):
        assert secret not in text
    kept = phone.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert KEY not in kept
    assert "Mail" not in kept


def test_when_the_newest_copy_is_damaged_the_one_before_is_shown(phone: Phone) -> None:
    phone.run(DAMAGE, False)
    phone.open()
    phone.says("The newest copy on this phone is damaged.")
    assert phone.names == ["Mail"]
    phone.fill([link("Third")])
    phone.open()
    assert phone.names == ["Mail", "Third"]
    assert phone.page.get_by_text("damaged").count() == 0


def test_when_both_are_damaged_nothing_is_deleted(phone: Phone) -> None:
    phone.run(DAMAGE, True)
    before = phone.rows_on_disk()["vault"]
    phone.open()
    phone.reads("Your accounts cannot be read")
    phone.says("Nothing was deleted.")
    phone.press("Begin with an empty list")
    phone.reads("Your codes")
    phone.fill([link("New")])
    phone.open()
    assert phone.names == ["New"]
    disk = phone.rows_on_disk()
    aside = [row for name, row in disk["vault"].items() if name.startswith("aside-")]
    assert sorted(row["sealed"] for row in aside) == sorted(
        row["sealed"] for row in before.values()
    )
    assert any(name.startswith("aside-") for name in disk["keys"])


def test_vault_there_and_key_gone_says_so(phone: Phone) -> None:
    phone.run(DROP_KEY)
    phone.open()
    phone.reads("The key to your accounts is gone")
    expect(phone.page.get_by_text("No accounts yet")).to_have_count(0)
    assert len(phone.rows_on_disk()["vault"]) == 2
    phone.press("Try again")
    phone.reads("The key to your accounts is gone")


def test_a_key_deleted_under_an_open_app_is_put_back_with_the_next_change(phone: Phone) -> None:
    phone.run(DROP_KEY)
    phone.fill([link("Third")])
    phone.open()
    assert phone.names == ["Mail", "Shop", "Third"]


def test_a_phone_whose_storage_was_emptied_is_not_welcomed_as_new(phone: Phone) -> None:
    phone.page.goto("/healthz")
    phone.page.evaluate(
        """() => new Promise((resolve) => {
             const asked = indexedDB.deleteDatabase("latchkey-authenticator");
             asked.onsuccess = resolve;
        })"""
    )
    phone.open()
    phone.reads("This phone had 2 accounts")


def test_a_change_that_cannot_be_saved_says_so_and_loses_nothing(context: BrowserContext) -> None:
    phone = Phone(context.new_page())
    phone.page.add_init_script(BROKEN_STORAGE)
    phone.open()
    phone.add(link("Mail"))
    phone.page.evaluate("globalThis.storageIsFull = true")
    phone.press("Type a key")
    phone.type("Key or link", link("Shop"))
    phone.press("Add the account")
    phone.says("This was not saved: the phone has no room left.")
    expect(phone.page.get_by_label("Key or link")).to_have_value(KEY)
    expect(phone.page.get_by_label("Service")).to_have_value("Shop")
    phone.page.evaluate("globalThis.storageIsFull = false")
    phone.press("Add the account")
    phone.reads("Your codes")
    phone.open()
    assert phone.names == ["Mail", "Shop"]


def test_two_tabs_write_one_after_the_other_and_show_the_same(
    phone: Phone, context: BrowserContext
) -> None:
    other = Phone(context.new_page()).open()
    assert other.names == ["Mail", "Shop"]
    for number in range(3):
        body = f"const later = (async () => {{ {ADD} }})(); await later;"
        phone.run(body, link(f"Here{number}"))
        other.run(body, link(f"There{number}"))
    both = ["Mail", "Shop", "Here0", "There0", "Here1", "There1", "Here2", "There2"]
    expect(phone.page.locator(".account b[data-part=issuer]")).to_have_text(both)
    expect(other.page.locator(".account b[data-part=issuer]")).to_have_text(both)


def test_a_tab_killed_while_saving_leaves_the_list_of_before_or_after(
    phone: Phone, context: BrowserContext
) -> None:
    devtools = context.new_cdp_session(phone.page)
    for number in range(3):
        victim: Page = context.new_page()
        tab = Phone(victim).open()
        tab.reads("Your codes")
        victim.evaluate(
            f"""(text) => {{ (async (given) => {{
                  const use = (name) => import("/static/authenticator/" + name + ".js");
                  {ADD}
            }})(text); }}""",
            link(f"Late{number}"),
        )
        victim.close(run_before_unload=False)
    devtools.detach()
    phone.open()
    assert phone.names[:2] == ["Mail", "Shop"]
    assert set(phone.names[2:]) <= {"Late0", "Late1", "Late2"}


def test_a_browser_that_keeps_no_keys_is_told_apart(context: BrowserContext) -> None:
    phone = Phone(context.new_page())
    phone.page.add_init_script("IDBFactory.prototype.open = () => { throw new Error('private'); }")
    phone.open()
    phone.reads("This browser keeps nothing")
    expect(phone.page.get_by_role("button", name="Begin with an empty list")).to_be_hidden()


def test_accounts_of_a_newer_app_are_shown_and_not_overwritten(phone: Phone) -> None:
    phone.run(
        'const { change } = await use("accounts/vault");'
        'await change((doc) => { doc.format = 2; doc.future = "kept"; })'
    )
    phone.open()
    phone.says("A newer version of this app saved these accounts.")
    assert phone.names == ["Mail", "Shop"]
    phone.press("Pin Shop")
    phone.says("Update the app.")
    assert phone.names == ["Mail", "Shop"]
