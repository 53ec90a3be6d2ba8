"""The owner's authenticator app and its backup, beside a thief: locked at most, and never lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import User
from devices import housekeeping
from devices.models import KeySlot, Vault, VaultVersion
from tests import lk1
from tests.attacks.apps import DOC, AppOf, link
from tests.attacks.owner import Owner
from tests.backups import Backup
from tests.people import Person
from tests.phones import give_app

OK, MADE, DONE = 200, 201, 204
CALL_OFF = "/call-off/"


@dataclass
class OwnersApp:
    """The phone with the app: every call is what the app makes of the answer before."""

    victim: Person
    backup: Backup
    app: AppOf

    @classmethod
    def of(cls, victim: Person, http: Any) -> "OwnersApp":
        """Give somebody an app on their phone, with three accounts in the backup."""
        phone = victim.user.phones.first() or victim.user.phones.create(
            name="Pixel 8", linked_at=timezone.now()
        )
        linked = give_app(victim, http, phone=phone)
        backup = Backup(linked)
        slot = backup.slot()
        tag = lk1.tag_of(slot, backup.backup_key)
        body = {"envelope": backup.envelope(DOC), "accounts": 3, "slots": [{**slot, "tag": tag}]}
        made = linked.post("vault", {**body, "tag": lk1.tag_of_vault(backup.vault)})
        assert made.status_code == MADE
        backup.slots, backup.head = [slot], 1
        assert backup.verify(slot).status_code == DONE
        return cls(victim, backup, AppOf(str(linked.installation.public_id), linked.secret))

    @property
    def treasure(self) -> tuple[str, ...]:
        """What nobody may see who has neither the key nor waited."""
        version = VaultVersion.objects.get(vault__public_id=self.backup.vault.id, number=1)
        return (self.backup.slots[0]["sealed"], lk1.spelled(bytes(version.ciphertext))[:200])

    def check_kept(self, done: list[str]) -> None:
        """Whatever was done to it, nothing is gone, nor goes soon."""
        row = Vault.objects.filter(public_id=self.backup.vault.id).first()
        assert row, (done, "the backup is gone")
        now = timezone.now()
        assert row.state == Vault.State.ON or (row.ends_at and row.ends_at > now), (done, row.state)
        assert row.versions.filter(number=1).exists(), (done, "what the owner saved is gone")
        slot = self.backup.slots[0]["id"]
        assert KeySlot.everything.filter(vault=row, public_id=slot).exists(), (done, "no slot")

    def beat(self, client: Any) -> dict[str, Any]:
        """Call in, obey, and call in again."""
        said = self.say(client)
        for command in said.get("commands", ()):
            self.obey(client, command)
        return self.say(client) if said.get("commands") else said

    def say(self, client: Any) -> dict[str, Any]:
        """Say how the phone is, and hear how things stand."""
        body = {"unsaved": 0, "accounts": 3}
        told: dict[str, Any] = self.app.call(client, "POST", "heartbeat", body).json()
        return told

    def obey(self, client: Any, command: dict[str, Any]) -> None:
        """Lock or open; what is erased is lost."""
        assert command["kind"] in ("lock", "open"), "the phone erased itself"
        words = {"lock": ("lock", "locked"), "open": ("opened",)}[command["kind"]]
        for word in words:
            self.app.call(client, "POST", f"commands/{command['id']}/{word}")

    def live_on(self, owner: Owner, done: list[str], tick: Callable[[], None], clock: Any) -> None:
        """After the owner's day: the app works, and what it saved opens with its key."""
        person = User.objects.get(pk=self.victim.user.pk)
        if person.disputed_until and person.disputed_until > timezone.now():
            clock.move_to(person.disputed_until)
            tick()
            housekeeping.run()
            owner.sign_in(tick)
        said = self.beat(owner.client)
        if any(each["kind"] == "lock" for each in said.get("commands", ())):
            self.call_off(owner)
            said = self.beat(owner.client)
        assert not said.get("commands"), (done, said)
        if person.has_two_step:
            assert said.get("status") in ("active", "superseded"), (done, said)
            assert not said["suspended"], (done, said)
        if said.get("status") != "active" or said["vault"]["vault"] != self.backup.vault.id:
            self.recover(owner, said, done, tick)
        self.check_opens(owner, done)

    def call_off(self, owner: Owner) -> None:
        """Press "Keep the accounts" on the Devices page."""
        page = owner.open("/devices/")
        for form in [form for form in page.forms if CALL_OFF in form.action]:
            page = owner.send(page, form)
            owner.prove(page)
            owner.send(page, form)

    def recover(
        self, owner: Owner, said: dict[str, Any], done: list[str], tick: Callable[[], None]
    ) -> None:
        """Get a grant in the portal, prove the key, take the backup over, bring the key back."""
        is_linked = said.get("status") in ("active", "superseded") and not said["suspended"]
        tick()
        app = link(owner, lambda below: min(1, below - 1), self.app if is_linked else None)
        assert app, (done, "the owner links no app")
        self.app, client = app, owner.client
        slot = self.backup.slots[0]
        about = {"vault": self.backup.vault.id}
        tag = lk1.tag_of(slot, self.backup.backup_key)
        app.call(client, "POST", "restore/prove", {**about, "slot": slot["id"], "tag": tag})
        whole = lk1.tag_of_vault(self.backup.vault)
        proved = app.call(client, "POST", "restore/prove", {**about, "tag": whole})
        assert proved.status_code == OK, (done, proved.content)
        row = Vault.objects.get(public_id=self.backup.vault.id)
        if row.state == Vault.State.ON or not self.other_on():
            taken = {"mode": "take-over", **about, "head": row.head}
            answer = app.call(client, "POST", "restore/complete", taken)
            assert answer.status_code == OK, (done, answer.content)

    def other_on(self) -> bool:
        """Tell whether another backup of the account is on."""
        rows = Vault.objects.filter(user=self.victim.user, state=Vault.State.ON)
        return rows.exclude(public_id=self.backup.vault.id).exists()

    def check_opens(self, owner: Owner, done: list[str]) -> None:
        """Expect the slot to be one again, and some version to hold every account."""
        client, slot = owner.client, self.backup.slots[0]
        for each in self.app.call(client, "GET", "vault/slots").json().get("removed", ()):
            if each["id"] == slot["id"]:
                self.app.call(client, "POST", f"vault/slots/{each['id']}/back")
        shown = self.app.call(client, "GET", "vault").json()
        assert shown.get("vault") == self.backup.vault.id, (done, shown)
        sealed = [each for each in shown["slots"] if each["id"] == slot["id"]]
        assert sealed, (done, "the owner's key opens nothing")
        secret = lk1.open_slot(sealed[0], self.backup.vault.id, self.backup.backup_key)
        first = self.app.call(client, "GET", "vault/versions/1").json()
        assert lk1.open_envelope(secret, first["envelope"]) == DOC, done
