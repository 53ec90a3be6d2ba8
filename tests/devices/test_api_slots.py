"""Ways to open a backup: added, tried, removed, and never the last one."""

from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from devices.models import KeySlot
from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import give_app, grant

Json = dict[str, Any]
KINDS = ["recovery-key", "passphrase", "passkey"]


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone."""
    return give_backup(carol, client)


def add(backup: Backup, slot: Json) -> Any:
    """Send a slot under its id."""
    return backup.app.put(f"vault/slots/{slot['id']}", slot)


def remove(backup: Backup, slot: Json) -> Any:
    """Remove a slot."""
    return backup.app.delete(f"vault/slots/{slot['id']}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_way_is_added_and_opens(backup: Backup, carol: Person, kind: str) -> None:
    slot = backup.slot(kind)
    assert add(backup, slot).status_code == 204
    shown = backup.app.get("vault").json()["slots"]
    told = {"created", "verified", "opened"}
    assert {key: value for key, value in shown[1].items() if key not in told} == slot
    assert shown[1]["verified"] is None
    assert carol.kinds()[-1] == "backup:slot_added"
    assert mail.outbox[-1].to == [carol.address]


def test_the_same_way_once_more_changes_nothing(backup: Backup, carol: Person) -> None:
    slot = backup.slot("passkey")
    assert [add(backup, slot).status_code for _each in range(2)] == [204, 204]
    assert carol.kinds().count("backup:slot_added") == 1
    assert KeySlot.objects.count() == 2


def test_a_way_is_never_replaced_under_its_id(backup: Backup) -> None:
    other = {**backup.slot(), "id": backup.slots[0]["id"]}
    assert refusal(add(backup, other)) == (409, "slot_exists")
    (shown,) = backup.app.get("vault").json()["slots"]
    assert shown["sealed"] == backup.slots[0]["sealed"]


def test_the_last_way_stays(backup: Backup, carol: Person) -> None:
    backup_key, passphrase = backup.slots[0], backup.slot("passphrase")
    assert refusal(remove(backup, backup_key)) == (409, "last_slot")
    add(backup, passphrase)
    backup.verify(passphrase)
    assert refusal(remove(backup, backup_key)) == (409, "last_slot")
    another = backup.slot()
    add(backup, another)
    assert refusal(remove(backup, backup_key)) == (409, "last_slot"), "the new one was not tried"
    assert backup.verify(another).status_code == 204
    assert remove(backup, backup_key).status_code == 204
    assert refusal(remove(backup, backup_key)) == (404, "slot_unknown")
    assert remove(backup, passphrase).status_code == 204
    assert refusal(remove(backup, another)) == (409, "last_slot")
    assert carol.kinds()[-1] == "backup:slot_removed"
    assert [row.kind for row in KeySlot.objects.all()] == ["recovery-key"]


def test_a_way_that_was_not_tried_goes_at_any_time(backup: Backup) -> None:
    for kind in KINDS:
        slot = backup.slot(kind)
        add(backup, slot)
        assert remove(backup, slot).status_code == 204


def test_ways_of_a_key_that_is_no_longer_used_go(backup: Backup) -> None:
    new = Backup(backup.app, lk1.Vault(id=backup.vault.id), head=1)
    slot = new.slot()
    add(new, slot)
    new.verify(slot)
    assert refusal(remove(backup, backup.slots[0])) == (409, "last_slot")
    assert new.save().status_code == 201
    assert remove(backup, backup.slots[0]).status_code == 204


def test_there_are_not_too_many_ways(backup: Backup) -> None:
    add(backup, backup.slot())
    assert refusal(add(backup, backup.slot())) == (409, "too_many_slots")
    for _each in range(8):
        assert add(backup, backup.slot("passkey")).status_code == 204
    assert refusal(add(backup, backup.slot("passkey"))) == (409, "too_many_slots")


def test_only_the_active_phone_changes_ways(backup: Backup, carol: Person, client: Client) -> None:
    other = Backup(give_app(carol, client, "Pixel 7"), backup.vault, head=1)
    grant(other.app)
    assert refusal(add(other, other.slot("passkey"))) == (409, "not_active_phone")
    assert refusal(remove(other, backup.slots[0])) == (409, "not_active_phone")


def test_what_a_phone_with_leave_opened_is_noted(
    backup: Backup, carol: Person, client: Client
) -> None:
    other = give_app(carol, client, "Pixel 7")
    path = f"vault/slots/{backup.slots[0]['id']}/opened"
    KeySlot.objects.update(last_opened_at=None)
    assert refusal(other.post(path)) == (403, "grant_needed")
    assert not KeySlot.objects.filter(last_opened_at__isnull=False).exists()
    grant(other)
    assert other.post(path).status_code == 204
    assert KeySlot.objects.filter(last_opened_at__isnull=False).exists()


def test_somebody_elses_ways_do_not_exist(backup: Backup, bob: Person, client: Client) -> None:
    hers = backup.slots[0]
    his = give_backup(bob, client)
    for slot in (hers["id"], str(uuid4())):
        assert refusal(his.app.delete(f"vault/slots/{slot}")) == (404, "slot_unknown")
        assert refusal(his.app.post(f"vault/slots/{slot}/opened")) == (404, "slot_unknown")
        assert refusal(his.app.post("vault/verified", {"slot": slot})) == (404, "slot_unknown")
    assert add(his, {**his.slot("passkey"), "id": hers["id"]}).status_code == 204
    assert KeySlot.objects.filter(public_id=hers["id"]).count() == 2


def test_what_no_app_would_send_is_malformed(backup: Backup) -> None:
    for name, slot in odd_slots(backup).items():
        path = f"vault/slots/{backup.slots[0]['id']}"
        if isinstance(slot, dict) and isinstance(slot.get("id"), str) and name != "other id":
            path = f"vault/slots/{slot['id']}"
        assert refusal(backup.app.put(path, slot)) == (422, "malformed"), name
    for body in (None, {}, {"slot": 1}, {"slot": "x"}, {"slot": backup.slots[0]["id"], "a": 1}):
        assert refusal(backup.app.post("vault/verified", body)) == (422, "malformed"), body
    assert KeySlot.objects.count() == 1


def odd_slots(backup: Backup) -> Json:
    """Slots that are not what the contract says, by what is odd."""
    slots = {kind: backup.slot(kind) for kind in KINDS}
    key, phrase, passkey = slots.values()
    cases: Json = {
        "list": [key],
        "null": None,
        "number id": {**key, "id": 7},
        "other id": key,
        "more": {**key, "verified_at": "2026-01-01T00:00:00Z"},
        "kind": {**key, "kind": "password"},
        "kind list": {**key, "kind": ["passkey"]},
        "kind of another": {**key, "kind": "passkey"},
        "nonce": {**key, "nonce": key["nonce"][:-1]},
        "sealed": {**key, "sealed": key["sealed"] + "AAAA"},
        "sealed text": {**key, "sealed": "\x00" * 64},
        "key": {**key, "key": "x"},
        "key params": {**key, "params": {"a": 1}},
        "null params": {**key, "params": None},
    }
    odd_phrase: Json = {
        "kdf": ["scrypt", "argon2i", None],
        "memory": [19 * 1024 - 1, 256 * 1024 + 1, 65536.0, "65536", 2**63],
        "passes": [0, 1, 17, True],
        "lanes": [0, 9, -1],
        "salt": ["", "AAAA", lk1.spelled(bytes(65)), None],
    }
    odd_passkey: Json = {
        "credential": ["", lk1.spelled(bytes(15)), lk1.spelled(bytes(1024)), 5],
        "salt": ["", lk1.spelled(bytes(15)), []],
    }
    for slot, odd in ((phrase, odd_phrase), (passkey, odd_passkey)):
        for name, values in odd.items():
            for value in values:
                params = {**slot["params"], name: value}
                cases[f"{name} {str(value)[:9]}"] = {**slot, "params": params}
    return cases
