"""A phone called lost in a recovered session locks first, opens again, and loses nothing."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts.activity.origin import Origin
from core.web.http import RequestOrigin
from devices.backups.apps import unlinking, wiping
from devices.models import Installation, Phone, PhoneCommand
from devices.phones import linked_phones
from tests.browser.authenticator import KEY, link
from tests.browser.backup_phones import Linked, link_app
from tests.browser.test_backup_wipe import HEARTBEAT, PASSPHRASE, leftovers, other_tab
from tests.live import LiveSite
from tests.people import protected

pytestmark = pytest.mark.app

HERE = RequestOrigin("192.0.2.7", "")
LOCK = "**/api/authenticator/v1/commands/*/lock"
LOCKED = "**/api/authenticator/v1/commands/*/locked"
ORDER = {"id": "00000000-0000-4000-8000-000000000001", "until": "2030-01-01T00:00:00Z"}
BEFORE = """
const { current } = await use("accounts/vault");
const { device, keepDevice } = await use("backup/portal/device");
const before = current().entries.filter(({ issuer }) => issuer === "Mine").map(({ id }) => id);
await keepDevice({ ...(await device()), before });
"""


@pytest.fixture
def phone(live: LiveSite, kept_page: Page) -> Linked:
    """The app of somebody, linked and backed up, with two accounts."""
    phone = link_app(kept_page, live, protected("ada"))
    phone.fill([link("Mail"), link("Shop")])
    phone.back_up()
    return phone


def call_lost(phone: Linked) -> PhoneCommand:
    """Unlink the phone as a recovered session does, with an order to erase it."""
    row = phone.installation
    later = timezone.now() + timedelta(hours=72)
    unlinking.unlink(Installation.objects.filter(pk=row.pk), wipe=True, erases_from=later)
    return row.commands.get()


def call_off(row: PhoneCommand) -> None:
    phone = row.installation
    wiping.call_off(user=phone.user, installations=[phone], origin=Origin(HERE))


def is_locked(phone: Linked, row: PhoneCommand) -> None:
    """Expect the page that says so, nothing readable on disk, and the portal to know."""
    phone.reads("This phone is locked")
    expect(phone.page.locator(".account")).to_have_count(0)
    disk = phone.rows_on_disk()
    assert set(disk["keys"]) <= {"device", "canary"}  # that one opens nothing
    assert disk["vault"] == {}
    assert {"locked", "device"} <= set(disk["meta"])
    assert not {"lock", "work", "draft", "tries"} & set(disk["meta"])
    assert KEY not in leftovers(phone)
    phone.wait(lambda: PhoneCommand.objects.get(pk=row.pk).locked_at is not None)


def is_open(phone: Linked, row: PhoneCommand) -> None:
    """Expect everything to be back, and the portal to have let the secret go."""
    assert phone.names == ["Mail", "Shop"]
    phone.wait(lambda: PhoneCommand.objects.get(pk=row.pk).done_at is not None)
    assert "locked" not in phone.rows_on_disk()["meta"]
    assert PhoneCommand.objects.get(pk=row.pk).sealed_secret is None


def test_it_locks_says_until_when_and_opens_again_with_everything(phone: Linked) -> None:
    other = other_tab(phone)
    row = call_lost(phone)
    phone.open()
    is_locked(phone, row)
    other.reads("This phone is locked")
    phone.says(f"after {row.erases_from.day} {row.erases_from:%b %Y}")
    phone.open("settings")
    phone.reads("This phone is locked")
    phone.page.wait_for_load_state("networkidle")  # the call of this start was before
    call_off(row)
    phone.press("Check again")
    phone.reads("Settings")
    phone.open()
    is_open(phone, row)
    phone.add(link("New"))
    assert phone.open().names == ["Mail", "Shop", "New"]


def erases_itself(phone: Linked, row: PhoneCommand) -> None:
    """The wait of the order ends, and nothing is left on the phone."""
    PhoneCommand.objects.filter(pk=row.pk).update(erases_from=timezone.now())
    phone.open()
    phone.reads("Erased")
    disk = phone.rows_on_disk()
    assert (disk["keys"], disk["vault"], list(disk["meta"])) == ({}, {}, ["erased"])
    phone.wait(lambda: PhoneCommand.objects.get(pk=row.pk).done_at is not None)


def test_when_the_hold_is_over_it_erases_at_the_next_contact(phone: Linked) -> None:
    row = call_lost(phone)
    phone.open()
    is_locked(phone, row)
    erases_itself(phone, row)


def test_a_phone_that_is_sealed_erases_itself_once_it_is_told_to(phone: Linked) -> None:
    """It is suspended, not unlinked, until the housekeeping comes round."""
    mine, until = phone.installation, timezone.now() + timedelta(hours=72)
    place = Phone.objects.create(user=mine.user, name=mine.name, linked_at=timezone.now())
    Installation.objects.filter(pk=mine.pk).update(phone=place)
    linked_phones.unlink(phone=place, origin=Origin(HERE), lost=True, wipe=True, kept_until=until)
    row = mine.commands.get()
    phone.open()
    is_locked(phone, row)
    erases_itself(phone, row)


def test_what_a_passphrase_seals_is_locked_unopened_and_asks_for_it_again(phone: Linked) -> None:
    phone.open("lock")
    phone.type("New passphrase", PASSPHRASE)
    phone.type("The passphrase once more", PASSPHRASE)
    phone.press("Seal with this passphrase")
    sealed = phone.page.get_by_text("From now on the passphrase opens your accounts.")
    expect(sealed).to_be_visible(timeout=20_000)
    row = call_lost(phone)
    phone.open()
    is_locked(phone, row)
    call_off(row)
    phone.press("Check again")
    phone.type("Passphrase", PASSPHRASE)
    phone.press("Unlock")
    expect(phone.page.locator(".account")).to_have_count(2, timeout=20_000)
    is_open(phone, row)


@pytest.mark.parametrize("lost", [LOCK, LOCKED], ids=["before", "after"])
def test_a_lost_answer_leaves_it_open_or_locked_and_is_made_good(phone: Linked, lost: str) -> None:
    row = call_lost(phone)
    phone.page.route(lost, lambda route: route.abort())
    phone.open()
    if lost == LOCK:
        assert phone.names == ["Mail", "Shop"]
        assert {"0", "1"} <= set(phone.rows_on_disk()["vault"])
    else:
        phone.reads("This phone is locked")
    assert PhoneCommand.objects.get(pk=row.pk).locked_at is None
    phone.page.unroute_all()
    phone.open()
    is_locked(phone, row)
    call_off(row)
    phone.open()
    is_open(phone, row)


FAILS = """
const { objectStore } = IDBTransaction.prototype;
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (value, key) {
  if (key === "locked") throw new Error("no room");
  return put.call(this, value, key);
};"""


def test_a_lock_that_cannot_be_written_changes_nothing(phone: Linked) -> None:
    row = call_lost(phone)
    page = phone.page.context.new_page()
    page.add_init_script(FAILS)
    broken = Linked(page, phone.person)
    with page.expect_response(LOCK):
        broken.open()
    assert broken.names == ["Mail", "Shop"]
    assert PhoneCommand.objects.get(pk=row.pk).locked_at is None
    page.close()
    phone.open()
    is_locked(phone, row)


def test_nothing_but_the_portals_own_order_locks_and_nothing_but_its_secret_opens(
    phone: Linked,
) -> None:
    def forge(answer: dict[str, Any], route: Route) -> None:
        route.fulfill(**answer)

    order = {"status": "unlinked", "commands": [{**ORDER, "kind": "lock"}]}
    for answer in (
        {"status": 401, "json": order},
        {"status": 403, "json": order},
        {"status": 200, "body": json.dumps(order), "content_type": "text/html"},
        {"status": 200, "json": {**order, "status": "active"}},
        {"status": 200, "json": order},  # of an order that the portal does not know
    ):
        phone.page.route(HEARTBEAT, partial(forge, answer))
        phone.run('await (await use("backup/sync/sync")).wake()')
        phone.page.unroute_all()
        assert {"0", "1"} <= set(phone.rows_on_disk()["vault"])
    row = call_lost(phone)
    phone.open()
    is_locked(phone, row)
    false = {"kind": "open", "id": str(row.public_id), "secret": "A" * 43}
    answer = {"status": 200, "json": {"status": "unlinked", "commands": [false]}}
    phone.page.route(HEARTBEAT, partial(forge, answer))
    phone.press("Check again")
    phone.page.wait_for_timeout(500)
    phone.page.unroute_all()
    phone.open()
    is_locked(phone, row)
    call_off(row)
    phone.open()
    is_open(phone, row)


@pytest.mark.parametrize("waits", [True, False], ids=["locked", "erased"])
def test_accounts_that_were_here_before_the_link_stay(phone: Linked, waits: bool) -> None:
    phone.fill([link("Mine")])
    phone.run(BEFORE)
    row = phone.installation
    later = timezone.now() + timedelta(hours=72)
    rows = Installation.objects.filter(pk=row.pk)
    unlinking.unlink(rows, wipe=True, erases_from=later if waits else None)
    phone.open()
    order = row.commands.get()
    phone.wait(lambda: bool(row.commands.get().locked_at or row.commands.get().done_at))
    assert phone.open().names == ["Mine"]
    assert "Shop" not in json.dumps(phone.run('return (await use("accounts/vault")).current()'))
    if waits:
        call_off(order)
        phone.open()
        phone.wait(lambda: row.commands.get().done_at is not None)
        assert sorted(phone.open().names) == ["Mail", "Mine", "Shop"]
