"""Making a backup, reading it, switching it off and on again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from devices import housekeeping
from devices.models import Installation, KeySlot, Phone, Vault
from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person, give_phone
from tests.phones import App, give_app, grant, grant_later

Status = Installation.Status


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone."""
    return give_backup(carol, client)


def test_a_backup_counts_once_a_slot_opened_it(carol: Person, client: Client) -> None:
    backup = Backup(give_app(carol, client))
    answer = backup.make(accounts=34)
    assert (answer.status_code, answer.json()["accounts"], answer.headers["ETag"]) == (
        201,
        34,
        '"1"',
    )
    assert Vault.objects.filter(verified_at__isnull=True).count() == 1
    assert "backup:on" not in carol.kinds()
    assert backup.verify().status_code == 204
    assert backup.verify().status_code == 204
    assert Vault.objects.filter(verified_at__isnull=False).count() == 1
    assert carol.kinds().count("backup:on") == 1
    assert mail.outbox[-1].to == [carol.address]
    assert backup.app.reload().accounts == 34


def test_what_was_sealed_comes_back_and_opens(carol: Person, client: Client) -> None:
    backup = give_backup(carol, client)
    doc = {"format": 1, "entries": [{"id": "é", "secret": "JBSWY3DPEHPK3PXP"}]}
    assert backup.send({"envelope": backup.envelope(doc), "accounts": 1, "shrink": True})
    shown = backup.app.get("vault").json()
    (slot,) = shown["slots"]
    secret = lk1.open_slot(slot, shown["vault"], backup.backup_key)
    assert lk1.open_envelope(secret, shown["version"]["envelope"]) == doc
    told = {key: shown[key] for key in ("state", "epoch", "head", "deleted_until")}
    assert told == {"state": "on", "epoch": 1, "head": 2, "deleted_until": None}
    assert slot["verified"] == shown["verified"]


def test_what_is_known_is_not_sent_again(backup: Backup) -> None:
    answer = backup.app.get("vault", If_None_Match='"1"')
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", '"1"')
    assert backup.app.get("vault", If_None_Match='"2"').status_code == 200


def test_only_the_active_phone_or_one_with_leave_reads(
    backup: Backup, carol: Person, client: Client
) -> None:
    other = give_app(carol, client, "Old phone")
    paths = ("vault", "vault/versions", "vault/versions/1")
    for path in paths:
        assert refusal(other.get(path)) == (403, "grant_needed")
    grant_later(other, timedelta(hours=1))
    for path in paths:
        assert refusal(other.get(path)) == (403, "grant_not_yet")
    grant(other)
    for path in paths:
        assert other.get(path).status_code == 200
    other.installation.grants.update(ended_at=other.installation.created_at)
    assert refusal(other.get("vault")) == (403, "grant_needed")


def test_leave_ends_by_itself(backup: Backup, carol: Person, client: Client) -> None:
    other = give_app(carol, client, "Old phone")
    grant(other)
    with time_machine.travel(grant(other).expires_at + timedelta(seconds=1), tick=False):
        assert refusal(other.get("vault")) == (403, "grant_needed")


def test_there_is_one_backup_a_person(backup: Backup, carol: Person, client: Client) -> None:
    again = Backup(backup.app).make()
    assert refusal(again) == (409, "vault_exists")
    assert again.json()["vault"] == backup.vault.id
    other = Backup(give_app(carol, client, "Old phone"))
    assert refusal(other.make()) == (409, "vault_exists")


def test_a_second_phone_does_not_become_active_by_itself(carol: Person, client: Client) -> None:
    first = give_app(carol, client, "Pixel 7")
    answer = Backup(give_app(carol, client, "Pixel 9")).make()
    assert refusal(answer) == (409, "not_active_phone")
    known = {"installation": str(first.installation.public_id), "name": "Pixel 7"}
    assert answer.json()["active"] == known


def test_a_lone_phone_becomes_active(carol: Person, client: Client) -> None:
    app = give_app(carol, client, status=Status.SUPERSEDED)
    assert Backup(app).make().status_code == 201
    assert app.reload().is_active


def test_without_a_key_the_old_backup_is_frozen(
    backup: Backup, carol: Person, client: Client
) -> None:
    new = Backup(give_app(carol, client, "Pixel 10"))
    assert refusal(new.make(freeze=True)) == (403, "grant_needed")
    grant(new.app)
    assert new.make(freeze=True).status_code == 201
    assert backup.row.state == Vault.State.FROZEN
    assert backup.row.versions.count() == 1
    assert new.app.reload().is_active
    assert not backup.app.reload().is_active
    assert carol.kinds()[-1] == "backup:frozen"
    assert "180 days" in str(mail.outbox[-1].body)
    assert refusal(backup.save()) == (409, "not_active_phone")
    assert [row["state"] for row in new.app.get("restore/offers").json()["vaults"]]


def test_off_can_be_thought_over_for_two_weeks(backup: Backup, carol: Person) -> None:
    until = backup.app.delete("vault").json()["deleted_until"]
    assert until
    assert carol.kinds()[-1] == "backup:off"
    assert refusal(backup.save()) == (409, "backup_off")
    assert backup.app.get("vault").json()["deleted_until"] == until
    assert refusal(backup.app.delete("vault")) == (409, "backup_off")
    assert backup.app.post("vault/undelete").json() == {
        "vault": backup.vault.id,
        "epoch": 1,
        "head": 1,
    }
    assert backup.save().status_code == 201
    assert refusal(backup.app.post("vault/undelete")) == (409, "vault_exists")


def test_what_is_over_is_deleted(backup: Backup) -> None:
    backup.app.delete("vault")
    end = backup.row.ends_at
    assert end
    with time_machine.travel(end - timedelta(minutes=1), tick=False):
        housekeeping.run()
        assert backup.row.versions.count() == 1
    with time_machine.travel(end + timedelta(minutes=1), tick=False):
        assert refusal(backup.app.post("vault/undelete")) == (404, "no_vault")
        assert refusal(backup.app.get("vault")) == (404, "no_vault")
        housekeeping.run()
    assert not Vault.objects.exists()
    assert not KeySlot.objects.exists()


def test_no_backup_is_one_answer(carol: Person, client: Client) -> None:
    app = give_app(carol, client)
    for answer in (
        app.get("vault"),
        app.get("vault/versions"),
        app.get("vault/versions/1"),
        app.delete("vault"),
        app.post("vault/undelete"),
        app.post("vault/verified", {"slot": lk1.NOBODY}),
        Backup(app).save(),
        Backup(app).app.delete(f"vault/slots/{lk1.NOBODY}"),
    ):
        assert refusal(answer) == (404, "no_vault")


def test_unlinked_suspended_and_unknown_phones_do_nothing(backup: Backup, carol: Person) -> None:
    def refused() -> set[tuple[int, str]]:
        paths = ("vault", "vault/versions", "restore/offers", "vault/late")
        return {
            refusal(answer)
            for answer in (*map(backup.app.get, paths), backup.save(), backup.app.delete("vault"))
        }

    stranger = App(backup.app.installation, "A" * 43, backup.app.http)
    assert refusal(stranger.get("vault")) == (401, "unknown_phone")
    phone = give_phone(carol, "Pixel 9").phone
    Phone.objects.update(suspended_at=timezone.now())
    Installation.objects.update(phone=phone)
    assert refused() == {(403, "suspended")}
    Installation.objects.update(status=Status.UNLINKED)
    assert refused() == {(401, "unlinked")}
    assert backup.numbers() == [1]


def with_slots(change: Callable[[list[Any]], Any]) -> Callable[[Backup], Any]:
    """Return what makes a backup with other slots."""

    def make(backup: Backup) -> Any:
        slots = [backup.slot()]
        return backup.app.post("vault", {**backup.body(), "slots": change(slots)})

    return make


def test_the_first_version_comes_with_one_backup_key(carol: Person, client: Client) -> None:
    backup = Backup(give_app(carol, client))
    cases: dict[str, Callable[[Backup], Any]] = {
        "none": with_slots(lambda _slots: []),
        "no list": with_slots(lambda slots: slots[0]),
        "the same twice": with_slots(lambda slots: slots * 2),
        "eleven": with_slots(lambda slots: slots + [backup.slot("passkey") for _each in range(10)]),
        "only a passkey": with_slots(lambda _slots: [backup.slot("passkey")]),
        "another key": with_slots(lambda slots: [{**slots[0], "key": "0" * 16}]),
        "not the first": lambda backup: backup.app.post(
            "vault", {**backup.body(base=1), "slots": [backup.slot()]}
        ),
        "not the first epoch": lambda backup: backup.app.post(
            "vault", {**backup.body(epoch=2), "slots": [backup.slot()]}
        ),
        "more": lambda backup: backup.make(user=1),
    }
    for name, case in cases.items():
        assert refusal(case(backup)) == (422, "malformed"), name
    assert not Vault.objects.exists()
