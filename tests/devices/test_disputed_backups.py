"""While an account is in dispute its backups are saved and read, and nothing weakens them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.holds import disputes
from accounts.models import User
from core.web.http import RequestOrigin
from devices import housekeeping
from devices.backups.apps import disputed, unlinking
from devices.models import Installation, KeySlot, PhoneCommand, Vault
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import App, give_app, grant

HERE = RequestOrigin("192.0.2.7", "")
CODE = (409, "in_dispute")


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone, with two ways to open it and a pinned version."""
    backup = give_backup(carol, client)
    passphrase = backup.slot("passphrase")
    backup.slots.append(passphrase)
    assert add(backup, passphrase).status_code == 204
    assert backup.verify(passphrase).status_code == 204
    assert backup.save().status_code == 201
    assert pin(backup, pinned=True).status_code == 204
    return backup


@pytest.fixture
def other(carol: Person, client: Client, backup: Backup) -> App:
    """A second phone with permission to read, which left changes for the first."""
    other = give_app(carol, client, "Pixel 8")
    left = Backup(other, backup.vault, head=backup.head).body()
    assert other.post("vault/late", left).status_code == 201
    grant(other)
    return other


def pin(backup: Backup, *, pinned: bool) -> Any:
    return backup.app.post("vault/versions/1/pin", {"pinned": pinned})


def dispute(person: Person) -> None:
    """Let the account be in dispute; ends sessions and leave, which is given again here."""
    until = disputes.begin(person.user, since=timezone.now(), origin=Origin(HERE))
    disputed.keep_through(person.user, until)


def end(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(disputed_until=None, disputed_since=None)


def add(backup: Backup, slot: dict[str, Any]) -> Any:
    return backup.app.put(f"vault/slots/{slot['id']}", slot)


def delete_late(backup: Backup, other: App) -> Any:
    (left,) = backup.app.get("vault/late").json()["late"]
    path = f"vault/late/{other.installation.public_id}"
    return backup.app.delete(path, If_Match=f'"{left["envelope"]["nonce"]}"')


ACTS: dict[str, Callable[[Backup, App], Any]] = {
    "switch off": lambda b, o: b.app.delete("vault"),
    "remove a slot": lambda b, o: b.app.delete(f"vault/slots/{b.slots[1]['id']}"),
    "add a slot": lambda b, o: add(b, b.slot("passkey")),
    "take over": lambda b, o: o.post(
        "restore/complete", {"mode": "take-over", "vault": b.vault.id, "head": b.head}
    ),
    "unpin": lambda b, o: pin(b, pinned=False),
    "put away": lambda b, o: Backup(o).make(freeze=True),
    "delete late changes": delete_late,
}


@pytest.mark.parametrize("act", ACTS)
def test_what_weakens_waits_and_goes_on_afterwards(
    carol: Person, backup: Backup, other: App, act: str
) -> None:
    dispute(carol)
    grant(other)
    before = list(KeySlot.everything.values()), list(Vault.objects.values())
    assert refusal(ACTS[act](backup, other)) == CODE
    assert (list(KeySlot.everything.values()), list(Vault.objects.values())) == before
    end(carol)
    assert ACTS[act](backup, other).status_code in (200, 201, 204)


def test_a_removed_slot_comes_back_after_the_dispute(carol: Person, backup: Backup) -> None:
    path = f"vault/slots/{backup.slots[1]['id']}"
    assert backup.app.delete(path).status_code == 204
    with time_machine.travel(timezone.now() + timedelta(days=29), tick=False):
        dispute(carol)
        assert refusal(backup.app.post(f"{path}/back")) == CODE
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        housekeeping.run()
    with time_machine.travel(timezone.now() + timedelta(days=32, hours=1), tick=False):
        housekeeping.run()
        assert backup.app.post(f"{path}/back").status_code == 204


def test_a_backup_that_was_switched_off_outlives_the_dispute(carol: Person, backup: Backup) -> None:
    assert backup.app.delete("vault").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=29), tick=False):
        dispute(carol)
    with time_machine.travel(timezone.now() + timedelta(days=32, hours=1), tick=False):
        housekeeping.run()
        assert backup.app.post("vault/undelete").status_code == 200


def test_saving_and_reading_go_on_and_push_out_nothing(carol: Person, backup: Backup) -> None:
    kept = set(backup.numbers())
    dispute(carol)
    for _each in range(15):
        assert backup.save().status_code == 201
    assert kept <= set(backup.numbers())
    assert len(backup.numbers()) <= len(kept) + settings.VAULT_NEWEST + 1, "its own still go"
    assert backup.app.get("vault").status_code == 200
    assert pin(backup, pinned=True).status_code == 204


def test_a_phone_locks_and_erases_only_once_it_is_decided(
    carol: Person, client: Client, clock: time_machine.Traveller
) -> None:
    app = give_app(carol, client, "Pixel 8")
    rows = Installation.objects.filter(pk=app.installation.pk)
    unlinking.unlink(rows, wipe=True, erases_from=timezone.now() + timedelta(hours=1))
    dispute(carol)
    clock.shift(timedelta(hours=2))
    (told,) = app.post("heartbeat", {"unsaved": 0, "accounts": 0}).json()["commands"]
    assert told["kind"] == "lock"
    row = PhoneCommand.objects.get(installation=app.installation)
    assert app.post(f"commands/{row.public_id}/lock").status_code == 200
    assert app.post(f"commands/{row.public_id}/locked").status_code == 204
    clock.shift(settings.RECOVERY_HOLD)
    (told,) = app.post("heartbeat", {"unsaved": 0, "accounts": 0}).json()["commands"]
    assert told["kind"] == "wipe"


def test_the_secret_of_a_locked_phone_is_not_forgotten_meanwhile(
    carol: Person, client: Client, clock: time_machine.Traveller
) -> None:
    app = give_app(carol, client, "Pixel 8")
    unlinking.unlink(Installation.objects.filter(pk=app.installation.pk), wipe=True)
    clock.shift(settings.UNLINKED_APPS_KEPT - timedelta(hours=1))
    dispute(carol)
    clock.shift(timedelta(hours=2))
    housekeeping.run()
    assert Installation.objects.filter(pk=app.installation.pk).exists()
