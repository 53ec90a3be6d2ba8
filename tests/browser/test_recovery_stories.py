"""New phones and old ones: whatever is pressed, in whatever order, no account is lost."""

import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authenticator import link
from tests.browser.recovery import (
    PASSPHRASE,
    NewPhone,
    document,
    entry,
    names_in,
    old_phone,
)
from tests.live import LiveSite
from tests.lk1 import show_backup_key
from tests.people import Person, protected
from tests.phones import grant

pytestmark = pytest.mark.app

SAVED = """
const { current } = await use("accounts/vault");
const end = Date.now() + 15000;
while (current().backup?.head !== given && Date.now() < end) {
  await new Promise((resolve) => setTimeout(resolve, 100));
}
return current().backup?.head === given;
"""
AGE_UNDO = """
const { change } = await use("accounts/vault");
await change((doc) => { doc.backup.before.at = Date.now() - given; });
"""
PURGED = """
const { isCertain } = await use("otp/clock");
while (!isCertain()) await new Promise((resolve) => setTimeout(resolve, 50));
await (await use("accounts/vault")).change(() => {});
"""


@pytest.fixture
def nora(rows: None) -> Person:
    """Somebody with a phone and a backup."""
    return protected("nora")


@pytest.fixture
def phone(kept_page: Page) -> NewPhone:
    """A new phone with nothing on it."""
    return NewPhone(kept_page)


def with_a_slip(key: str) -> str:
    """Change its last letter."""
    return key[:-1] + ("0" if key[-1] != "0" else "1")


def wait_for_head(phone: NewPhone, head: int) -> None:
    """Wait until the app has saved this version, and says so."""
    assert phone.run(SAVED, head)
    phone.open("codes")
    expect(phone.page.get_by_text("opened and checked")).to_be_visible()


def test_a_new_phone_with_accounts_of_its_own_takes_over(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail", "work:VPN")
    old.backup.app.post("heartbeat", {"unsaved": 2, "accounts": 3, "version": 1})
    phone.page.goto("/authenticator/")
    phone.reads("Welcome")
    phone.open("codes")
    phone.fill([link("Own"), link("Mail")])
    new = phone.is_given(live, nora)
    phone.opens_the_list()
    phone.says("3 accounts")
    phone.press("Open this backup")
    phone.types_key(with_a_slip(old.backup_key))
    phone.says("There is a slip in this backup key.")
    for _each in range(5):
        phone.types_key(show_backup_key(secrets.token_bytes(20)))
        phone.says("This backup key is one of another backup.")
    phone.says("Nothing is lost by trying.")
    phone.types_key(old.backup_key.lower().replace("-", " "))
    phone.reads("3 accounts are in it")
    phone.says("Comes to this phone: 2")
    phone.says("Here already: 1")
    phone.says("Pixel 7 has 2 changes not saved.")
    assert old.heads == [1]
    phone.press("Take over")
    phone.reads("3 accounts ready, 1 Action required")
    expect(phone.page.get_by_role("link", name="Ask my organisation")).to_be_visible()
    phone.says("Pixel 7 keeps its codes, and says so.")
    wait_for_head(phone, 2)
    assert sorted(phone.names) == ["Bank", "Mail", "Own", "VPN"]
    assert names_in(old.newest()) == ["Bank", "Mail", "Own", "VPN"]
    assert new.reload().is_active
    late = old.backup.send({**old.backup.body(), "envelope": old.backup.envelope(document())})
    assert late.status_code == 409
    assert names_in(old.newest()) == ["Bank", "Mail", "Own", "VPN"]


def test_who_only_looks_saves_nothing_and_can_take_it_back(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail")
    phone.open()
    phone.fill([link("Own")])
    new = phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.press("Just look")
    phone.reads("3 accounts ready")
    phone.says("nothing of this phone goes into the backup")
    phone.open()
    assert sorted(phone.names) == ["Bank", "Mail", "Own"]
    assert len(phone.code("Bank")) == 6
    phone.fill([link("Later")])
    phone.open("settings")
    phone.press("The last recovery")
    phone.press("Undo: as it was before")
    phone.says("What was here before is back.")
    phone.open()
    assert sorted(phone.names) == ["Later", "Own"]
    assert old.heads == [1]
    assert not new.reload().is_active
    assert old.backup.app.reload().is_active


def test_an_older_state_is_restored_and_undone(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail", "Shop")
    old.save("Bank")
    phone.open()
    phone.fill([link("Own")])
    phone.is_given(live, nora)
    phone.opens_the_list()
    phone.press("Choose an older state")
    phone.page.get_by_role("button", name="Choose").last.click()
    phone.types_key(old.backup_key)
    phone.reads("3 accounts are in it")
    phone.press("Take over")
    phone.reads("4 accounts ready")
    wait_for_head(phone, 3)
    assert names_in(old.newest()) == ["Bank", "Mail", "Own", "Shop"]
    phone.open("recovery-done")
    phone.press("Undo: as it was before")
    phone.says("What was here before is back.")
    phone.open()
    assert phone.names == ["Own"]
    assert old.heads == [1, 2, 3]
    assert names_in(old.newest()) == ["Bank", "Mail", "Own", "Shop"]


def test_a_recovery_can_be_undone_for_thirty_days(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank")
    phone.open()
    phone.fill([link("Own")])
    phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.press("Take over")
    phone.reads("2 accounts ready")
    phone.says("It can be undone until")
    wait_for_head(phone, 2)
    for days, stays in ((29, True), (31, False)):
        phone.run(AGE_UNDO, days * 86_400_000)
        phone.open("settings").reads("Settings")  # the list is open by then
        phone.run(PURGED)
        shown = phone.page.get_by_role("link", name="The last recovery")
        phone.open("settings").reads("Settings")
        expect(shown).to_be_visible() if stays else expect(shown).to_be_hidden()
        assert (
            phone.run('return Boolean((await use("accounts/vault")).current().backup.before)')
            is stays
        )
    phone.open()
    assert sorted(phone.names) == ["Bank", "Own"]


def test_an_undo_of_an_earlier_app_begins_its_thirty_days_now(modules: NewPhone) -> None:
    found = modules.run(
        """const { endOfUndo, hasOverdue, purge } = await use("accounts/entries");
           const doc = { entries: [], backup: { before: { entries: [] } } };
           const seen = [hasOverdue(doc, 5)];
           purge(doc, 5);
           seen.push(endOfUndo(doc), hasOverdue(doc, 6));
           purge(doc, 5 + 30 * 86_400_000);
           return [...seen, Boolean(doc.backup.before), hasOverdue(doc, 7)];"""
    )
    assert found == [True, 5 + 30 * 86_400_000, False, False, False]


def test_what_another_tab_has_undone_is_not_undone_again(modules: NewPhone) -> None:
    found = modules.run(
        """const { undo } = await use("recovery/restore");
           try { await undo(); return ""; } catch (error) { return error.message; }"""
    )
    assert found == "This recovery can no longer be undone. Nothing was changed."


def test_when_the_newest_state_is_damaged_the_one_before_is_offered(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail")
    old.save("Bank", "Mail", "Shop")
    old.damage()
    phone.open()
    phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.reads("2 accounts are in it")
    phone.says("cannot be read: it is damaged. This is the one before")
    phone.press("Take over")
    phone.reads("2 accounts ready")
    wait_for_head(phone, 3)
    assert names_in(old.newest()) == ["Bank", "Mail"]
    assert old.heads == [1, 2, 3]


def test_a_phone_whose_storage_is_gone_gets_its_accounts_back(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail")
    phone.open()
    phone.owns(old)
    phone.open()
    assert phone.names == ["Bank", "Mail"]
    phone.loses_its_key()
    phone.open()
    phone.reads("The key to your accounts is gone")
    phone.press("Begin recovery")
    phone.reads("Begin recovery")
    phone.loses_its_storage()
    phone.open()
    phone.reads("This phone had 2 accounts")
    expect(phone.page.get_by_text("Welcome")).to_have_count(0)
    phone.page.goto("/authenticator/")
    phone.reads("This phone had 2 accounts")
    assert old.heads == [1]
    phone.is_given(live, nora, "Pixel 7 again")
    phone.press("Begin recovery")
    phone.press("Open this backup")
    phone.types_key(old.backup_key)
    phone.press("Take over")
    phone.reads("2 accounts ready")
    wait_for_head(phone, 2)
    assert phone.names == ["Bank", "Mail"]


def test_one_recovery_at_a_time(live: LiveSite, phone: NewPhone, nora: Person) -> None:
    old = old_phone(live, nora, "Bank")
    phone.open()
    phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.reads("1 account is in it")
    other = NewPhone(phone.page.context.new_page())
    other.opens_the_list()
    other.press("Open this backup")
    other.says("A recovery is open in another tab or window.")
    other.press("Continue here instead")
    other.reads("Open the backup")
    phone.says("The recovery goes on in another tab or window.")
    other.types_key(old.backup_key)
    other.press("Take over")
    other.reads("1 account ready")
    wait_for_head(other, 2)


def test_a_passphrase_opens_it(live: LiveSite, phone: NewPhone, nora: Person) -> None:
    old_phone(live, nora, "Bank", kinds=["recovery-key", "passphrase"])
    phone.open()
    phone.is_given(live, nora)
    phone.opens_the_list()
    phone.press("Open this backup")
    for typed in ("correct horse battery stable", PASSPHRASE):
        phone.type("Passphrase of the backup", typed)
        phone.press("Open with the passphrase")
        if typed != PASSPHRASE:
            phone.says("This passphrase does not open this backup.")
    phone.reads("1 account is in it")


def test_what_the_old_phone_changed_meanwhile_is_offered_and_never_forced(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail")
    phone.open()
    phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.press("Take over")
    phone.reads("2 accounts ready")
    wait_for_head(phone, 2)
    changed = {**old.docs[0], "entries": [*old.docs[0]["entries"], entry("Late", order=9)]}
    left = {"envelope": old.backup.envelope(changed), "accounts": 3}
    assert old.backup.app.post("vault/late", left).status_code == 201
    phone.open()
    phone.says("A phone that is not the active one left changes for this one.")
    assert phone.names == ["Bank", "Mail"]
    phone.press("Look at them")
    phone.says("New: Late")
    phone.press("Take them")
    wait_for_head(phone, 3)
    assert phone.names == ["Bank", "Mail", "Late"]
    assert names_in(old.newest()) == ["Bank", "Late", "Mail"]


def test_without_another_phone_nothing_is_taken_from_it(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank")
    nora.user.installations.update(status="unlinked")
    phone.open()
    phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.says("No other phone saves now.")
    phone.press("Bring them here")
    phone.reads("1 account ready")
    wait_for_head(phone, 2)


def test_the_phone_that_saves_brings_back_what_it_deleted(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank", "Mail")
    phone.open()
    phone.owns(old).open()
    phone.press("Edit Mail")
    phone.press("Move to the trash")
    wait_for_head(phone, 2)
    grant(old.backup.app)
    phone.opens_the_list()
    phone.press("Choose an older state")
    phone.page.get_by_role("button", name="Choose").last.click()
    phone.reads("2 accounts are in it")
    phone.press("Bring them back")
    phone.reads("2 accounts ready")
    wait_for_head(phone, 3)
    assert names_in(old.newest()) == ["Bank", "Mail"]
    phone.open("recovery-done")
    phone.press("Undo: as it was before")
    phone.says("What was here before is back.")
    wait_for_head(phone, 4)
    assert phone.names == ["Bank"]


def test_what_the_old_phone_saves_under_ones_hands_comes_along(
    live: LiveSite, phone: NewPhone, nora: Person
) -> None:
    old = old_phone(live, nora, "Bank")
    phone.open()
    phone.fill([link("Own")])
    phone.is_given(live, nora)
    phone.opens_backup(old.backup_key)
    phone.reads("1 account is in it")
    old.save(doc={**old.docs[0], "entries": [*old.docs[0]["entries"], entry("Fresh", order=5)]})
    phone.page.route("**/restore/complete", lambda route: route.abort(), times=1)
    phone.press("Take over")
    phone.says("Nothing is lost, and nothing was replaced.")
    phone.press("Take over")
    phone.reads("3 accounts ready")
    wait_for_head(phone, 3)
    assert names_in(old.newest()) == ["Bank", "Fresh", "Own"]
    phone.open("recovery-done")
    phone.press("Undo: as it was before")
    phone.says("What was here before is back.")
    phone.open()
    assert phone.names == ["Own"]
