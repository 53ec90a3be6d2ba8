"""Backups of the tests, really sealed, and what the app of the active phone does with them."""

from dataclasses import dataclass, field
from secrets import token_bytes, token_hex
from typing import Any

from django.test import Client

from devices.models import Vault, VaultVersion
from tests import lk1
from tests.live import Visitor
from tests.people import Person
from tests.phones import App, give_app

Json = dict[str, Any]


@dataclass
class Backup:
    """What the app knows of the backup of its person."""

    app: App
    vault: lk1.Vault = field(default_factory=lk1.Vault)
    backup_key: str = field(
        default_factory=lambda: lk1.show_backup_key(token_bytes(20)), repr=False
    )
    head: int = 0
    epoch: int = 1
    slots: list[Json] = field(default_factory=list)

    @property
    def row(self) -> Vault:
        """Its row."""
        return Vault.objects.get(user=self.app.installation.user, public_id=self.vault.id)

    def envelope(self, doc: Json | None = None, **header: Any) -> Json:
        """Seal what follows the head that the phone knows."""
        base = header.get("base", self.head)
        known = {"version": base + 1, "base": base, "epoch": self.epoch, **header}
        known = {"device": str(self.app.installation.public_id), **known}
        return lk1.seal_document(self.vault, doc or {"format": 1, "entries": []}, **known)

    def body(self, accounts: int = 3, **header: Any) -> Json:
        """What is sent in order to save."""
        return {"envelope": self.envelope(**header), "accounts": accounts}

    def slot(self, kind: str = "recovery-key") -> Json:
        """Seal the key of the vault for one more way to open it."""
        if kind == "recovery-key":
            return lk1.make_slot(self.vault, kind, self.backup_key)
        salt = lk1.spelled(token_bytes(32))
        if kind == "passkey":
            credential = lk1.spelled(token_bytes(32))
            given = {"credential": credential, "salt": salt}
            return lk1.make_slot(self.vault, kind, token_bytes(32), **given)
        quick = lk1.passphrase_params(token_bytes(16), memory=19 * 1024, passes=2)
        return lk1.make_slot(self.vault, kind, "correct horse battery staple", **quick)

    def make(self, accounts: int = 3, **more: Any) -> Any:
        """Ask for the backup to be made."""
        self.slots = [self.slot()]
        answer = self.app.post("vault", {**self.body(accounts), "slots": self.slots, **more})
        if answer.status_code == 201:
            self.head = 1
        return answer

    def verify(self, slot: Json | None = None) -> Any:
        """Say that a slot opened what the portal returned."""
        return self.app.post("vault/verified", {"slot": (slot or self.slots[0])["id"]})

    def save(self, accounts: int = 3, *, key: str = "", more: Json | None = None) -> Any:
        """Save what follows the head that the phone knows."""
        return self.send({**self.body(accounts), **(more or {})}, key=key)

    def send(self, body: Any, *, key: str = "", match: str = "") -> Any:
        """Send a body as the next version."""
        headers = {"If_Match": match or f'"{self.head}"', "Idempotency_Key": key or token_hex(8)}
        answer = self.app.put("vault/head", body, **headers)
        if answer.status_code == 201:
            self.head = answer.json()["head"]
        return answer

    def numbers(self) -> list[int]:
        """The versions that are kept, oldest first."""
        rows = VaultVersion.objects.filter(vault=self.row, number__isnull=False)
        return [number or 0 for number in rows.values_list("number", flat=True)]


def give_backup(
    person: Person, http: Client | Visitor, name: str = "Pixel 9", accounts: int = 3
) -> Backup:
    """Link the app on a phone and switch its backup on, through the API."""
    backup = Backup(give_app(person, http, name))
    assert backup.make(accounts).status_code == 201
    assert backup.verify().status_code == 204
    return backup


def refusal(answer: Any) -> tuple[int, str]:
    """Return status and code of a refusal, which has to be a problem with a title."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    return answer.status_code, problem["code"]
