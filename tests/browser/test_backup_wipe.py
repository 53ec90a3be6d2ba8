"""Unlinked phones: one is told to erase itself, everything else erases nothing, locked or not."""

import json
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from devices.backups.apps import unlinking
from devices.models import Installation
from tests.browser.authenticator import KEY, Phone, link
from tests.browser.backup_phones import Linked, link_app
from tests.live import LiveSite
from tests.live.browser import Faults
from tests.people import protected

pytestmark = pytest.mark.app

HEARTBEAT = "**/api/authenticator/v1/heartbeat"
DONE = "**/api/authenticator/v1/commands/*/done"
WIPE = {"id": "00000000-0000-4000-8000-000000000001", "kind": "wipe"}
PASSPHRASE = "four words nobody knows"
GENUINE = {"status": "unlinked", "commands": [WIPE]}


@pytest.fixture
def phone(live: LiveSite, kept_page: Page) -> Linked:
    """The app of somebody, linked and backed up, with two accounts."""
    phone = link_app(kept_page, live, protected("ada"))
    phone.fill([link("Mail"), link("Shop")])
    phone.back_up()
    return phone


def unlink(phone: Linked, *, wipe: bool) -> Installation:
    """Unlink the phone, as the portal does."""
    row = phone.installation
    unlinking.unlink(Installation.objects.filter(pk=row.pk), wipe=wipe)
    return row


def other_tab(phone: Linked, script: str = "") -> Phone:
    """Open the app a second time, and wait for the call it makes at its start."""
    page = phone.page.context.new_page()
    page.add_init_script(script)
    with page.expect_response(HEARTBEAT):
        other = Phone(page).open()
    other.reads("Your codes")
    return other


def leftovers(phone: Phone) -> str:
    """All that the browser keeps of the app, as text."""
    kept = phone.page.evaluate("JSON.stringify(localStorage)")
    return json.dumps(phone.rows_on_disk()) + str(kept)


def is_erased(phone: Linked, row: Installation) -> None:
    """Expect the page that says so, nothing on disk, and the portal to know."""
    phone.reads("Erased")
    expect(phone.page.locator(".account")).to_have_count(0)
    disk = phone.rows_on_disk()
    assert (disk["keys"], disk["vault"]) == ({}, {})
    assert list(disk["meta"]) == ["erased"]
    assert phone.page.evaluate("localStorage.length") == 0
    phone.wait(lambda: row.commands.get().done_at is not None)


def test_a_phone_that_is_told_erases_its_key_its_data_and_says_why(phone: Linked) -> None:
    other = other_tab(phone)
    row = unlink(phone, wipe=True)
    phone.open()
    is_erased(phone, row)
    other.reads("Erased")
    assert KEY not in leftovers(phone)
    phone.open("settings")
    phone.reads("Erased")
    phone.press("Begin with an empty list")
    phone.says("No accounts yet")
    assert phone.names == []


FROZEN = "BroadcastChannel.prototype.addEventListener = () => {};"
WRITE_BACK = """
const { change } = await use("accounts/vault");
return change((doc) => { doc.entries[0].notes = "mine"; }).then(() => "", (error) => error.message);
"""


def test_a_tab_that_slept_meanwhile_does_not_bring_erased_accounts_back(phone: Linked) -> None:
    asleep = other_tab(phone, FROZEN)
    row = unlink(phone, wipe=True)
    phone.open()
    is_erased(phone, row)
    phone.press("Begin with an empty list")
    phone.says("No accounts yet")
    assert "This was not saved" in asleep.run(WRITE_BACK)
    assert phone.rows_on_disk()["vault"] == {}
    phone.add(link("Anew"))
    assert "This was not saved" in asleep.run(WRITE_BACK)
    assert phone.open().names == ["Anew"]


def test_a_locked_phone_is_reached_too(phone: Linked) -> None:
    phone.open("lock")
    phone.type("New passphrase", PASSPHRASE)
    phone.type("The passphrase once more", PASSPHRASE)
    phone.press("Seal with this passphrase")
    sealed = phone.page.get_by_text("From now on the passphrase opens your accounts.")
    expect(sealed).to_be_visible(timeout=20_000)
    row = unlink(phone, wipe=True)
    phone.open()
    is_erased(phone, row)


def test_an_erasure_that_was_cut_off_is_finished_and_told(phone: Linked, faults: Faults) -> None:
    row = unlink(phone, wipe=True)
    phone.page.route(DONE, lambda route: route.abort())
    phone.open()
    phone.reads("Erased")
    assert row.commands.get().done_at is None
    # The key went first: of a tab that was killed there and then, this is what is left.
    note = phone.rows_on_disk()["meta"]["erased"]
    phone.run(
        """const { write } = await use("core/storage/indexed-db");
           await write({ put: [["vault", 0, { generation: 1 }]] });"""
    )
    assert note["command"]
    phone.page.unroute_all()
    phone.open()
    is_erased(phone, row)
    assert not faults.seen


def test_unlinked_without_a_wipe_the_codes_stay_and_the_token_goes(phone: Linked) -> None:
    unlink(phone, wipe=False)
    phone.open()
    phone.says("This phone was unlinked from your account.")
    assert phone.names == ["Mail", "Shop"]
    assert "device" not in phone.rows_on_disk()["meta"]
    phone.open()
    phone.says("This phone was unlinked from your account.")
    phone.press("Close")
    expect(phone.line).not_to_contain_text("unlinked")


FALSE_ORDERS: dict[str, dict[str, Any]] = {
    "a page": {"status": 200, "body": "wipe", "content_type": "text/html"},
    "of another kind": {"status": 200, "body": json.dumps(GENUINE), "content_type": "text/plain"},
    "as a 401": {"status": 401, "json": GENUINE},
    "as a problem": {
        "status": 401,
        "body": json.dumps({**GENUINE, "code": "unlinked", "title": "Unlinked."}),
        "content_type": "application/problem+json",
    },
    "an unknown phone": {
        "status": 401,
        "body": json.dumps({"code": "unknown_phone", "title": "Unknown."}),
        "content_type": "application/problem+json",
    },
    "a bare 401": {"status": 401},
    "a bare 403": {"status": 403},
    "a bare 404": {"status": 404},
    "to an active phone": {"status": 200, "json": {"status": "active", "commands": [WIPE]}},
    "a redirect": {"status": 302, "headers": {"Location": "/wiped"}},
}


def test_nothing_but_the_portals_own_order_erases_anything(phone: Linked) -> None:
    calls: list[str] = []

    def forge(answer: dict[str, Any], route: Route) -> None:
        calls.append(route.request.url)
        route.fulfill(**answer)

    for name, answer in FALSE_ORDERS.items():
        before = len(calls)
        phone.page.route(HEARTBEAT, partial(forge, answer))
        phone.run('await (await use("backup/sync/sync")).wake()')
        phone.page.unroute_all()
        assert len(calls) > before, name
        disk = phone.rows_on_disk()
        assert {"local", "device"} <= set(disk["keys"]), name
        assert {"0", "1"} <= set(disk["vault"]), name
        assert "device" in disk["meta"], name
    phone.open()
    assert phone.names == ["Mail", "Shop"]
    phone.saved(2)
