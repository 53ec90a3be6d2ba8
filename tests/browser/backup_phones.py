"""Phones of the tests with the app linked and backed up, and what the portal keeps of them."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from devices.models import Installation, Vault, VaultVersion
from tests import lk1
from tests.browser.authenticator import Phone
from tests.live import LiveSite
from tests.people import Person
from tests.phones import give_app
from tests.phrases import said

Json = dict[str, Any]
SAVED = "opened and checked"


@dataclass
class Linked(Phone):
    """The app on a phone of this person."""

    person: Person
    backup_key: str = ""

    @property
    def installation(self) -> Installation:
        """What the portal knows of it."""
        mine = self.run('return (await use("backup/portal/device")).device()')
        return Installation.objects.get(public_id=mine["installation"])

    @property
    def vault(self) -> Vault:
        """The backup that is on."""
        return self.person.user.vaults.get(state=Vault.State.ON)

    def version(self, number: int = 0) -> VaultVersion:
        """One version, the newest unless told."""
        vault = self.vault
        return vault.versions.get(number=number or vault.head)

    @property
    def opened(self) -> lk1.Vault:
        """The key of the backup, out of the portal's database with the backup key alone."""
        slot = self.vault.slots.filter(kind="recovery-key").latest("pk")
        known = ("kind", "key", "params", "nonce", "sealed")
        sealed = {"id": str(slot.public_id), **{name: getattr(slot, name) for name in known}}
        vault = str(self.vault.public_id)
        return lk1.Vault(vault, slot.key, lk1.open_slot(sealed, vault, self.backup_key))

    def content(self, number: int = 0) -> Json:
        """What lies in the portal's database, opened with the backup key alone."""
        row = self.version(number)
        whole = {**row.header, "ciphertext": lk1.spelled(bytes(row.ciphertext))}
        return lk1.open_envelope(self.opened.secret, whole)

    def services(self, number: int = 0) -> list[str]:
        """The services in a version, in the order of the list."""
        entries = [each for each in self.content(number)["entries"] if not each.get("gone")]
        kept = [each for each in entries if not each.get("trashed")]
        return [each["issuer"] for each in sorted(kept, key=lambda each: each["order"])]

    def saved(self, count: int) -> None:
        """Expect the list to say that so many accounts are saved."""
        self.reads("Your codes")
        expect(self.line).to_contain_text(f", {count} account")
        expect(self.line).to_contain_text(said(SAVED))

    @property
    def line(self) -> Any:
        """The line about the backup at the top of the list."""
        return self.page.locator("[data-part=backup]")

    def way(self, name: str) -> Any:
        """The row of a way to open the backup."""
        bold = self.page.locator("b", has_text=said(name))
        return self.page.locator("[data-part=rows] > li").filter(has=bold)

    def switch_on(self) -> str:
        """Switch the backup on through its pages; return the backup key."""
        self.open("backup")
        self.press("Make my backup key")
        self.backup_key = self.note_key()
        self.press("Switch backup on")
        self.says("The backup is on")
        return self.backup_key

    def back_up(self) -> str:
        """Switch the backup on without its pages; return the backup key."""
        self.backup_key = self.run(
            """const { newBackupKey } = await use("lk1/backup-key");
               const key = await newBackupKey();
               await (await use("backup/sync/setup")).switchOn(key);
               await (await use("backup/sync/sync")).wake();
               return key;"""
        )
        return self.backup_key

    def note_key(self) -> str:
        """Note the key that is shown, and type back what is asked for."""
        shown = self.page.locator(".key-groups:visible b")
        expect(shown.first).to_have_text(re.compile("."))
        groups = shown.all_text_contents()
        self.press("I have it, go on")
        for field in self.page.locator("input[name^=group-]:visible").all():
            label = self.page.locator(f"label[for={field.get_attribute('id')}]").inner_text()
            field.fill(groups[int(label.split()[-1]) - 1].lower())
        return "-".join(groups)


def link_app(
    page: Page, live: LiveSite, person: Person, name: str = "Pixel 9", **fields: Any
) -> Linked:
    """Start the app on a phone that was linked long ago."""
    app = give_app(person, live.visitor(), name, **fields)
    phone = Linked(page, person).open()
    mine = {
        "installation": str(app.installation.public_id),
        "secret": app.secret,
        "linked": True,
        "name": name,
        "account": "",
    }
    phone.run(
        """await (await use("backup/portal/device")).keepDevice(given);
           await (await use("backup/sync/sync")).wake();""",
        mine,
    )
    return phone
