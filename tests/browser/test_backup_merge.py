"""A portal that has something else than the phone last knew: merged, and never believed blindly."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from devices.backups.storage import versions
from devices.backups.storage.envelopes import Envelope
from devices.models import Vault
from tests import lk1
from tests.browser.authenticator import link
from tests.browser.backup_phones import Json, Linked, link_app
from tests.live import LiveSite
from tests.people import protected

pytestmark = pytest.mark.app

SAVE = 'await (await use("backup/sync/sync")).saveNow()'
WAKE = 'await (await use("backup/sync/sync")).wake()'
NOTE = """
const { change } = await use("accounts/vault");
const { edit } = await use("accounts/entries");
await change((doc) => edit(doc, doc.entries[0].id, { notes: given }));
"""


@pytest.fixture
def phone(live: LiveSite, kept_page: Page) -> Linked:
    """The app of somebody, linked and backed up, with two accounts."""
    phone = link_app(kept_page, live, protected("ada"))
    phone.fill([link("Mail"), link("Shop")])
    phone.back_up()
    return phone


def append(phone: Linked, doc: Json) -> None:
    """Save a version as another phone that has the key would."""
    vault = phone.vault
    known: dict[str, Any] = {"version": vault.head + 1, "base": vault.head, "epoch": vault.epoch}
    device = str(phone.installation.public_id)
    sealed = lk1.seal_document(phone.opened, doc, device=device, **known)
    content = lk1.unspelled(sealed.pop("ciphertext"))
    versions.append(vault, phone.installation, Envelope(sealed, content, len(doc["entries"])))


def changed(doc: Json, service: str, **fields: Any) -> Json:
    """The document with one account changed."""
    entries = [
        {**each, **fields, "revision": each["revision"] + 1} if each["issuer"] == service else each
        for each in doc["entries"]
    ]
    return {**doc, "entries": entries}


def test_a_newer_head_is_merged_in_before_the_change_is_saved(phone: Linked) -> None:
    append(phone, changed(phone.content(), "Shop", issuer="Store"))
    phone.run(NOTE, "changed here")
    phone.run(SAVE)
    phone.open()
    phone.saved(2)
    assert phone.names == ["Mail", "Store"]
    assert phone.vault.head == 3
    assert phone.services() == ["Mail", "Store"]
    assert phone.content()["entries"][0]["notes"] == "changed here"


def test_what_both_changed_is_kept_twice(phone: Linked) -> None:
    append(phone, changed(phone.content(), "Mail", notes="changed there"))
    phone.run(NOTE, "changed here")
    phone.run(SAVE)
    phone.open()
    phone.saved(3)
    notes = [each.get("notes") for each in phone.content()["entries"]]
    assert {"changed here", "changed there"} <= set(notes)


def test_a_phone_that_is_behind_catches_up_when_it_calls(phone: Linked) -> None:
    append(phone, changed(phone.content(), "Shop", issuer="Store"))
    phone.run(WAKE)
    assert phone.names == ["Mail", "Store"]
    phone.saved(2)
    assert phone.vault.head == 2


def test_a_portal_that_was_set_back_takes_nothing_from_the_phone(phone: Linked) -> None:
    phone.fill([link("Bank")])
    phone.run(SAVE)
    phone.saved(3)
    phone.version(2).delete()
    Vault.objects.filter(pk=phone.vault.pk).update(head=1)
    phone.fill([link("Club")])
    phone.run(SAVE)
    phone.saved(4)
    assert phone.names == ["Mail", "Shop", "Bank", "Club"]
    assert phone.services() == ["Mail", "Shop", "Bank", "Club"]
    assert phone.vault.head == 2


def test_an_older_version_cannot_be_passed_off_as_the_newest(phone: Linked) -> None:
    old = phone.version(1)
    append(phone, changed(phone.content(), "Shop", issuer="Store"))
    newest = phone.version(2)
    newest.header, newest.ciphertext = old.header, old.ciphertext
    newest.save()
    phone.run(WAKE)
    expect(phone.line).to_contain_text("Error: This backup is cut off or damaged.")
    assert phone.names == ["Mail", "Shop"]
