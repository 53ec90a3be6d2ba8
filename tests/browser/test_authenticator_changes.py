"""A long list is saved by what changed: one small sealed row, from which everything comes back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.authenticator import KEY, Phone, link

pytestmark = pytest.mark.no_rows
COUNT = 400
LENGTHS = """
const { readAll } = await use("core/storage/indexed-db");
const lengths = ([key, { sealed, generation }]) => [key, sealed.byteLength, generation];
const rows = async (name) =>
  (await readAll(name)).filter(([, row]) => row.sealed).map(lengths);
return { vault: await rows("vault"), changes: await rows("changes") };
"""
PIN = """
const { change, current } = await use("accounts/vault");
const { edit, living } = await use("accounts/entries");
for (const notes of given) {
  await change((doc) => {
    const { id } = living(doc).find(({ issuer }) => issuer === notes);
    edit(doc, id, { notes });
  });
}
"""
NOTES = """
const { current } = await use("accounts/vault");
return current().entries.filter(({ notes }) => notes).map(({ notes }) => notes).sort();
"""
SPOIL = """
const { readAll, write } = await use("core/storage/indexed-db");
const [store, name] = given;
const [, row] = (await readAll(store)).find(([key]) => key === name);
new Uint8Array(row.sealed)[20] ^= 1;
await write({ put: [[store, name, row]] });
"""
# Many changes of every kind, and after each of them the rows alone have to give the document.
REPLAY = """
const { current, change } = await use("accounts/vault");
const entries = await use("accounts/entries");
const { draftOf, difference, applied } = await use("otp/difference");
const { parse } = await use("otp/otpauth");
let seed = given;
const random = (most) => (seed = (seed * 48271) % 2147483647) % most;
let doc = draftOf(current());
const acts = [
  (d) => entries.add(d, parse("otpauth://totp/N:" + random(99) + "?secret=JBSWY3DPEHPK3PXP")),
  (d) => {
    const { id } = d.entries[random(d.entries.length)];
    entries.edit(d, id, { notes: "n" + random(9), tags: ["t"] });
  },
  (d) => entries.trash(d, d.entries[random(d.entries.length)].id, 1),
  (d) => entries.purge(d),
  (d) => { d.entries.splice(random(d.entries.length), 1); },
  (d) => { d.entries.unshift(d.entries.pop()); },
  (d) => { d.settings.hidden = !d.settings.hidden; },
  (d) => { d.backup = { ...d.backup, head: random(99), base: { entries: [] } }; },
  (d) => { delete d.backup?.base; },
  (d) => { delete d.backup; },
  (d) => { d.future = { kept: [random(9)] }; },
  (d) => { delete d.future; },
];
for (let round = 0; round < 300; round += 1) {
  const next = draftOf(doc);
  for (let times = 0; times <= random(3); times += 1) acts[random(acts.length)](next);
  const wanted = JSON.stringify(next);
  const made = JSON.parse(JSON.stringify(difference(doc, next)));
  const found = applied(doc, made);
  const sorted = (value) => JSON.stringify(value, (_key, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort()) : each);
  if (sorted(found) !== sorted(JSON.parse(wanted))) return [round, wanted, JSON.stringify(found)];
  doc = next;
}
return "same";
"""
# The rows as the app before this wrote them: no changes, no head, a database of its first version.
BEFORE = """
const { readAll } = await use("core/storage/indexed-db");
const stores = ["keys", "vault", "meta"];
const rows = {};
for (const name of stores) rows[name] = (await readAll(name)).filter(([key]) => key !== "head");
const done = (asked) => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
await done(indexedDB.deleteDatabase("latchkey-authenticator"));
const opening = indexedDB.open("latchkey-authenticator", 1);
opening.onupgradeneeded = () => {
  for (const name of stores) opening.result.createObjectStore(name);
};
const db = await done(opening);
const transaction = db.transaction(stores, "readwrite");
for (const name of stores) {
  for (const [key, value] of rows[name]) transaction.objectStore(name).put(value, key);
}
await new Promise((resolve) => { transaction.oncomplete = resolve; });
db.close();
"""


@pytest.fixture
def context(kept_page: Page) -> BrowserContext:
    return kept_page.context


@pytest.fixture
def phone(kept_page: Page) -> Phone:
    """The app with a long list, saved twice as a whole."""
    phone = Phone(kept_page).open()
    phone.reads("Your codes")
    phone.fill([link(f"Shop{n:03}") for n in range(COUNT)])
    return phone


def lengths(phone: Phone) -> dict[str, Any]:
    found: dict[str, Any] = phone.run(LENGTHS)
    return found


def notes_in(phone: Phone) -> list[str]:
    """Which accounts have notes, once the app has opened what it keeps."""
    expect(phone.page.locator(".account").first).to_be_visible()
    found: list[str] = phone.run(NOTES)
    return found


def test_a_change_writes_one_small_sealed_row(phone: Phone) -> None:
    before = lengths(phone)
    phone.run(PIN, ["Shop007", "Shop008"])
    after = lengths(phone)
    assert after["vault"] == before["vault"]
    assert [generation for _key, _length, generation in after["changes"]] == [2, 3]
    assert all(length < 2000 for _key, length, _generation in after["changes"])
    text = json.dumps(phone.rows_on_disk())
    for secret in (KEY, "Shop007", "alice"):
        assert secret not in text
    phone.open()
    assert notes_in(phone) == ["Shop007", "Shop008"]
    assert phone.code("Shop007")


def test_a_change_that_is_damaged_loses_itself_and_says_so(phone: Phone) -> None:
    phone.run(PIN, ["Shop001", "Shop002", "Shop003"])
    phone.run(SPOIL, ["changes", 3])
    phone.open()
    phone.says("The newest copy on this phone is damaged.")
    assert notes_in(phone) == ["Shop001"]
    phone.run(PIN, ["Shop004"])
    phone.open()
    assert notes_in(phone) == ["Shop001", "Shop004"]
    assert phone.page.get_by_text("damaged").count() == 0


def test_after_many_changes_both_wholes_stand_and_either_is_enough(phone: Phone) -> None:
    names = [f"Shop{n:03}" for n in range(40)]
    phone.run(PIN, names)
    phone.wait(lambda: len(lengths(phone)["vault"]) == 2)
    found = lengths(phone)
    newest = max(found["vault"], key=lambda row: row[2])
    assert newest[2] == 41
    phone.run(PIN, ["Shop099"])
    phone.run(SPOIL, ["vault", newest[0]])
    phone.open()
    assert notes_in(phone) == [*names, "Shop099"]  # the older one and every change since


def test_two_tabs_take_over_each_others_changes(phone: Phone, context: BrowserContext) -> None:
    other = Phone(context.new_page()).open()
    expect(other.page.locator(".account")).to_have_count(COUNT)
    for number in range(4):
        (phone if number % 2 else other).run(PIN, [f"Shop00{number}"])
    wanted = [f"Shop00{number}" for number in range(4)]
    phone.wait(lambda: notes_in(phone) == wanted and notes_in(other) == wanted)
    other.open()
    assert notes_in(other) == wanted


@pytest.mark.parametrize("seed", [1, 20261130])
def test_the_rows_alone_give_the_document(phone: Phone, seed: int) -> None:
    assert phone.run(REPLAY, seed) == "same"


def test_what_an_earlier_app_kept_comes_along(phone: Phone) -> None:
    phone.page.goto("/authenticator/version.json")
    phone.run(BEFORE)
    phone.open()
    expect(phone.page.locator(".account")).to_have_count(COUNT)
    phone.run(PIN, ["Shop007"])
    phone.open()
    assert notes_in(phone) == ["Shop007"]


def test_what_is_put_away_comes_back_with_its_changes(
    hurried_page: Page, new_browser: Callable[..., BrowserContext]
) -> None:
    phone = Phone(hurried_page).open()
    phone.reads("Your codes")
    phone.fill([link(f"Shop{n:03}") for n in range(COUNT)])
    phone.run(PIN, ["Shop007"])
    set_lock = """
        const { makeLock } = await use("lock/passphrase");
        const { rekey } = await use("accounts/vault");
        const { key, lock } = await makeLock("correct horse battery");
        await rekey(key, lock);"""
    phone.run(set_lock)
    phone.run(PIN, ["Shop008"])
    phone.open()
    phone.type("Passphrase", "correct horse battery")
    phone.press("Unlock")
    phone.reads("Your codes")
    assert notes_in(phone) == ["Shop007", "Shop008"]
    phone.run('await (await use("accounts/vault")).beginAnew({ toRecover: true });')
    assert lengths(phone)["changes"] == []
    phone.open("settings")
    phone.run('await (await use("accounts/vault")).bringBack();')
    phone.open()
    phone.type("Passphrase", "correct horse battery")
    phone.press("Unlock")
    phone.reads("Your codes")
    assert notes_in(phone) == ["Shop007", "Shop008"]


def test_what_the_portal_locks_and_opens_keeps_its_changes(phone: Phone) -> None:
    phone.run(PIN, ["Shop007"])
    order = {"id": "3f2b8c54-9d0e-4c52-8a53-1b3f0b0a7c11", "until": "2030-01-01T00:00:00Z"}
    away = """
        const { lockAway } = await use("lock/portal-lock");
        await lockAway(given, "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U");"""
    phone.run(away, order)
    phone.page.goto("/authenticator/version.json")
    disk = phone.rows_on_disk()
    assert not disk["changes"]
    assert not disk["vault"]
    assert KEY not in json.dumps(disk)
    back = """
        const { openAgain } = await use("lock/portal-lock");
        await openAgain("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U");"""
    phone.page.goto("/authenticator/#codes")
    phone.run(back)
    phone.open()
    assert notes_in(phone) == ["Shop007"]
