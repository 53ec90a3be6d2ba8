"""Somebody who comes to a new phone: the old one, its backup, and the app on the new one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from devices.backups.apps import app_linking
from devices.models import Session, VaultVersion
from tests import lk1
from tests.backups import Backup
from tests.browser.authenticator import KEY, Phone
from tests.live import LiveSite
from tests.people import Person, enter
from tests.phones import App, give_app, grant

Json = dict[str, Any]
PASSPHRASE = "correct horse battery staple"
LINK = """
const { keepDevice } = await use("backup/portal/device");
await keepDevice({ ...given, linked: true });
"""
ACCOUNT = """
const { linkedDevice } = await use("backup/portal/device");
return (await linkedDevice()).account;
"""
MASKED = "j••••@example.org"
OWN = """
const { change, current } = await use("accounts/vault");
const { adopt } = await use("backup/sync/state");
const { fromText } = await use("lk1/bytes");
await change((doc) => {
  doc.entries = given.doc.entries;
  adopt(doc, { ...given.known, secret: fromText(given.secret), base: given.doc });
});
"""
FORGET = """() => new Promise((resolve) => {
  const asked = indexedDB.deleteDatabase("latchkey-authenticator");
  asked.onsuccess = resolve;
})"""
FORGET_KEY = """() => new Promise((resolve) => {
  const asked = indexedDB.open("latchkey-authenticator");
  asked.onsuccess = () => {
    const act = asked.result.transaction("keys", "readwrite");
    act.objectStore("keys").delete("local");
    act.oncomplete = () => { asked.result.close(); resolve(); };
  };
})"""


def entry(name: str, label: str = "alice", **more: Any) -> Json:
    """An account as the app keeps it."""
    made = {"id": str(uuid4()), "revision": 1, "created": 1, "changed": 1, "order": 1}
    made |= {"type": "totp", "issuer": name, "label": label, "secret": KEY, "tags": []}
    return {**made, "algorithm": "SHA1", "digits": 6, "period": 30, **more}


def document(*names: str) -> Json:
    """A document with an account of each name; one that begins with "work:" has no secret."""
    bare = [name.removeprefix("work:") for name in names]
    entries = [entry(name, order=place) for place, name in enumerate(bare)]
    for made, name in zip(entries, names, strict=True):
        if name.startswith("work:"):
            made["work"] = {"organisation": "Acme"}
            del made["secret"]
    return {"format": 1, "entries": entries, "settings": {}}


def names_in(doc: Json) -> list[str]:
    """The accounts of a document that are in its list."""
    shown = [each for each in doc["entries"] if not each.get("gone") and not each.get("trashed")]
    return sorted(each["issuer"] for each in shown)


@dataclass
class OldPhone:
    """The phone that was there before, with its backup on the running site."""

    backup: Backup
    docs: list[Json] = field(default_factory=list)

    @property
    def backup_key(self) -> str:
        """As it was shown."""
        return self.backup.backup_key

    @property
    def heads(self) -> list[int]:
        """The versions there are."""
        return self.backup.numbers()

    def save(self, *names: str, doc: Json | None = None) -> None:
        """Save one more version."""
        made = doc or document(*names)
        body = {"envelope": self.backup.envelope(made), "accounts": len(names_in(made))}
        body["shrink"] = True
        assert self.backup.send(body).status_code == 201
        self.docs.append(made)

    def newest(self) -> Json:
        """What the portal keeps as the head, opened."""
        row = VaultVersion.objects.get(vault=self.backup.row, number=self.backup.row.head)
        sealed = {**row.header, "ciphertext": lk1.spelled(bytes(row.ciphertext))}
        return lk1.open_envelope(self.backup.vault.secret, sealed)

    def damage(self) -> None:
        """Flip a bit of the newest version, as a rotten disk would."""
        row = VaultVersion.objects.get(vault=self.backup.row, number=self.backup.row.head)
        rotten = bytearray(row.ciphertext)
        rotten[40] ^= 1
        row.ciphertext = bytes(rotten)
        row.save(update_fields=["ciphertext"])


def old_phone(
    live: LiveSite, person: Person, *names: str, kinds: Iterable[str] = ("recovery-key",)
) -> OldPhone:
    """Switch the backup of a phone on, with these accounts in it."""
    backup = Backup(give_app(person, live.visitor(), "Pixel 7"))
    backup.slots = [backup.slot(kind) for kind in kinds]
    doc = document(*names)
    body = {"envelope": backup.envelope(doc), "accounts": len(names), "slots": backup.slots}
    assert backup.app.post("vault", body).status_code == 201
    backup.head = 1
    assert backup.verify().status_code == 204
    return OldPhone(backup, [doc])


def provable(live: LiveSite, person: Person, *names: str) -> OldPhone:
    """The old phone, whose app told the portal what proves its keys."""
    old = old_phone(live, person, *names, kinds=("recovery-key", "passphrase"))
    backup = old.backup
    for slot, key in zip(backup.slots, (backup.backup_key, PASSPHRASE), strict=True):
        path = f"vault/slots/{slot['id']}/opened"
        assert backup.app.post(path, {"tag": lk1.tag_of(slot, key)}).status_code == 204
    tag = lk1.tag_of_vault(backup.vault)
    assert backup.app.post("vault/tag", {"tag": tag}).status_code == 204
    return old


def code_for(person: Person, *, is_here: bool = True) -> str:
    """Begin a recovery in the portal; return the code that its page shows."""
    enter(Client(), person, Strength.TWO_STEP)
    session = Session.objects.of(person.user).alive().latest("pk")
    return app_linking.begin(
        user=person.user,
        session=str(session.public_id),
        grants_from=timezone.now(),
        purpose=app_linking.Purpose.RECOVER,
        is_here=is_here,
    )[1]


@dataclass
class NewPhone(Phone):
    """The app on the phone that is to have the accounts."""

    def is_linked(self, app: App) -> "NewPhone":
        """Be this installation, as after linking."""
        known = {"installation": str(app.installation.public_id), "secret": app.secret}
        self.run(LINK, {**known, "name": app.installation.name, "account": MASKED})
        return self

    def is_named(self) -> None:
        """Wait until the app keeps the portal's name of the account: then it writes no more."""
        self.wait(lambda: bool(self.run(ACCOUNT) != MASKED))

    def is_given(self, live: LiveSite, person: Person, name: str = "Pixel 9") -> App:
        """Be linked to this person, with permission to open backups, as after the portal's page."""
        app = give_app(person, live.visitor(), name)
        grant(app)
        self.is_linked(app)
        return app

    def owns(self, old: OldPhone) -> "NewPhone":
        """Be the old phone itself."""
        self.is_linked(old.backup.app)
        vault = old.backup.vault
        known = {"vault": vault.id, "key": vault.key, "head": old.backup.head, "epoch": 1}
        known |= {"checked": old.backup.head, "slots": old.backup.slots, "accounts": 1}
        known["saved"] = datetime.now(UTC).isoformat()
        doc = json.loads(json.dumps(old.docs[-1]))
        self.run(OWN, {"doc": doc, "known": known, "secret": lk1.spelled(vault.secret)})
        return self

    def opens_the_list(self) -> None:
        """Come to the backups, with permission to read them."""
        self.open("recovery")
        self.says("These backups are in your account.")

    def opens_backup(self, backup_key: str) -> None:
        """Open the first one with a backup key."""
        self.opens_the_list()
        self.press("Open this backup")
        self.types_key(backup_key)

    def types_key(self, backup_key: str) -> None:
        """Type a backup key and try it."""
        self.type("Backup key", backup_key)
        self.press("Open with the backup key")

    def loses_its_key(self) -> None:
        """Let the browser lose the phone's key, while no app is open that could put it back."""
        self.page.goto("/healthz")
        self.page.evaluate(FORGET_KEY)

    def loses_its_storage(self) -> None:
        """Let the browser empty the storage of the site's database."""
        self.page.goto("/healthz")
        self.page.evaluate(FORGET)
