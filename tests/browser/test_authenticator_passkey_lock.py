"""The lock by passkey: really encrypted, tried before it counts, and what becomes of a lost one."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authenticator import Phone, codes_now, link
from tests.browser.soft_passkeys import SoftPasskeys, soft_passkeys

pytestmark = pytest.mark.no_rows
WORDS = "correct horse battery staple"
PATIENCE = 20_000  # milliseconds for slow derivations on a busy machine
SEALED = "The passkey opened your accounts once"
NOT_USED = "The passkey was not made or not used. Nothing has changed."
# A tab that is killed in the middle of the write: the browser rolls the transaction back.
KILLED = """
const clear = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (value, key) {
  if (key === "lock") { this.transaction.abort(); throw new Error("killed"); }
  return clear.call(this, value, key);
};
"""


@pytest.fixture
def phone(hurried_page: Page) -> Phone:
    """The app with one account, at the page about its lock."""
    phone = Phone(hurried_page).open("lock")
    phone.reads("Lock")
    phone.fill([link("Mail")])
    return phone


@pytest.fixture
def passkeys(phone: Phone) -> Iterator[SoftPasskeys]:
    """The phone's own passkeys, which can seal."""
    with soft_passkeys(phone.page) as found:
        yield found


def says(phone: Phone, words: str) -> None:
    """Expect to read this once the browser has derived its keys."""
    shown = phone.page.get_by_text(words).filter(visible=True).first
    expect(shown).to_be_visible(timeout=PATIENCE)


def seal(phone: Phone, passphrase: str = "") -> None:
    """Put the lock on."""
    phone.type("A passphrase as well, if you like", passphrase)
    phone.type("That passphrase once more", passphrase)
    phone.press("Seal with a passkey")
    says(phone, SEALED)


def unlock(phone: Phone) -> None:
    phone.reads("Locked")
    phone.press("Unlock with the passkey")


def test_a_passkey_really_encrypts_and_opens_again(phone: Phone, passkeys: SoftPasskeys) -> None:
    before = phone.rows_on_disk()
    phone.says("If that passkey is deleted or lost, nobody can open what is on this phone.")
    phone.says("No backup is on: without a passphrase")
    seal(phone)
    phone.says("On, by a passkey.")
    assert passkeys.count == 1
    disk = phone.rows_on_disk()
    assert "local" not in disk["keys"]
    assert disk["meta"]["lock"]["kind"] == "passkey"
    sealed = {row["sealed"] for row in disk["vault"].values()}
    assert len(sealed) == 2
    assert not sealed & {row["sealed"] for row in before["vault"].values()}
    assert "Mail" not in json.dumps(disk)
    phone.open()
    phone.reads("Locked")
    expect(phone.page.locator(".account")).to_have_count(0)
    unlock(phone)
    assert phone.code("Mail") in codes_now()
    phone.fill([link("Shop")])
    assert "local" not in phone.rows_on_disk()["keys"]
    phone.open("lock")
    unlock(phone)
    phone.says("A passkey seals your accounts.")
    phone.press("Remove the lock with the passkey")
    says(phone, "The lock is off.")
    phone.open()
    assert phone.names == ["Mail", "Shop"]


def test_a_deleted_passkey_opens_nothing_and_the_way_on_can_be_taken_back(
    phone: Phone, passkeys: SoftPasskeys
) -> None:
    seal(phone)
    phone.open()
    phone.page.get_by_text("I can’t unlock it any more").click()
    phone.says("your accounts come back from it")
    phone.press("Put it aside and begin recovery")
    phone.reads("Begin recovery")
    phone.open("settings")
    phone.press("Back to the sealed accounts")
    unlock(phone)
    phone.reads("Settings")
    phone.open()
    unlock(phone)
    assert phone.names == ["Mail"]
    passkeys.forgets()
    phone.open()
    unlock(phone)
    phone.says(NOT_USED)
    phone.reads("Locked")


def test_who_cancels_sees_nothing_and_changes_nothing(phone: Phone, passkeys: SoftPasskeys) -> None:
    seal(phone)
    phone.open("lock")
    unlock(phone)
    phone.reads("Lock")
    passkeys.cancels()
    phone.press("Remove the lock with the passkey")
    phone.says(NOT_USED)
    phone.type("Passphrase to add", WORDS)
    phone.type("The added passphrase once more", WORDS)
    phone.press("Add the passphrase")
    expect(phone.page.get_by_text(NOT_USED)).to_have_count(2)
    assert "passphrase" not in phone.rows_on_disk()["meta"]["lock"]
    phone.open()
    unlock(phone)
    phone.says(NOT_USED)
    expect(phone.page.locator(".account")).to_have_count(0)


def test_what_was_put_aside_never_replaces_accounts(phone: Phone, passkeys: SoftPasskeys) -> None:
    seal(phone)
    phone.open()
    phone.page.get_by_text("I can’t unlock it any more").click()
    phone.press("Put it aside and begin recovery")
    phone.reads("Begin recovery")
    phone.open("settings")
    expect(phone.page.get_by_role("button", name="Back to the sealed accounts")).to_be_visible()
    other = Phone(phone.page.context.new_page()).open()
    other.fill([link("New")])
    phone.press("Back to the sealed accounts")
    phone.says("There are accounts in the list by now. Nothing has changed.")
    phone.open()
    assert phone.names == ["New"]
    phone.open("settings")
    phone.says("1 account is on this phone.")
    expect(phone.page.get_by_role("button", name="Back to the sealed accounts")).to_be_hidden()
    assert passkeys.count == 1


def test_a_passphrase_beside_it_opens_and_removes_the_lock(
    phone: Phone, passkeys: SoftPasskeys
) -> None:
    seal(phone, WORDS)
    says(phone, "On, by a passkey or a passphrase.")
    passkeys.forgets()
    phone.open("lock")
    phone.reads("Locked")
    phone.type("Passphrase", WORDS + "!")
    phone.press("Unlock")
    says(phone, "This passphrase does not open your accounts.")
    phone.type("Passphrase", WORDS)
    phone.press("Unlock")
    says(phone, "Present passphrase")
    phone.type("Present passphrase", WORDS)
    phone.press("Remove the lock")
    says(phone, "The lock is off.")
    phone.open()
    assert phone.names == ["Mail"]


def test_each_is_added_to_the_other_once_the_present_one_was_given(
    phone: Phone, passkeys: SoftPasskeys
) -> None:
    phone.type("New passphrase", WORDS)
    phone.type("The passphrase once more", WORDS)
    phone.press("Seal with this passphrase")
    says(phone, "From now on the passphrase opens your accounts.")
    phone.open("lock")
    phone.type("Passphrase", WORDS)
    phone.press("Unlock")
    says(phone, "Your passphrase")
    phone.type("Your passphrase", WORDS + "!")
    phone.press("Add a passkey")
    says(phone, "This passphrase does not open your accounts.")
    assert passkeys.count == 0
    phone.type("Your passphrase", WORDS)
    phone.press("Add a passkey")
    says(phone, SEALED)
    phone.open("lock")
    unlock(phone)
    phone.press("Remove the lock with the passkey")
    says(phone, "The lock is off.")
    phone.open("lock")
    seal(phone)
    phone.open("lock")
    unlock(phone)
    phone.type("Passphrase to add", WORDS)
    phone.type("The added passphrase once more", WORDS)
    phone.press("Add the passphrase")
    says(phone, "The passphrase opens your accounts as well.")
    phone.open()
    phone.type("Passphrase", WORDS)
    phone.press("Unlock")
    says(phone, "alice")
    assert phone.names == ["Mail"]


def test_without_prf_or_when_cancelled_nothing_changes(phone: Phone) -> None:
    before = phone.rows_on_disk()
    with soft_passkeys(phone.page, prf=False):
        phone.press("Seal with a passkey")
        phone.says("The passkeys of this device cannot encrypt, so nothing has changed here.")
    with soft_passkeys(phone.page) as passkeys:
        passkeys.cancels()
        phone.press("Seal with a passkey")
        phone.says(NOT_USED)
    after = phone.rows_on_disk()
    assert after["vault"] == before["vault"]
    assert "lock" not in after["meta"]
    assert "local" in after["keys"]
    phone.open()
    assert phone.names == ["Mail"]


def test_a_tab_that_dies_in_the_middle_leaves_the_lock_there_was(
    phone: Phone, passkeys: SoftPasskeys
) -> None:
    phone.page.evaluate(f"() => {{ {KILLED} }}")
    phone.press("Seal with a passkey")
    phone.says("This was not saved")
    assert passkeys.count == 1
    phone.open("lock")
    assert "local" in phone.rows_on_disk()["keys"]
    seal(phone)
    phone.open("lock")
    unlock(phone)
    phone.page.evaluate(
        """() => { const drop = IDBObjectStore.prototype.delete;
          IDBObjectStore.prototype.delete = function (key) {
            if (key === "lock") { this.transaction.abort(); throw new Error("killed"); }
            return drop.call(this, key);
          }; }"""
    )
    phone.press("Remove the lock with the passkey")
    phone.says("This was not saved")
    phone.open()
    unlock(phone)
    assert phone.names == ["Mail"]


def test_a_second_tab_locks_when_the_first_one_seals(phone: Phone, passkeys: SoftPasskeys) -> None:
    other = Phone(phone.page.context.new_page()).open()
    assert other.names == ["Mail"]
    phone.page.bring_to_front()
    seal(phone)
    other.reads("Locked")
    phone.open()
    unlock(phone)
    phone.fill([link("Shop")])
    phone.open()
    unlock(phone)
    assert phone.names == ["Mail", "Shop"]
    assert passkeys.count == 1
