"""What another phone than the active one changed meanwhile."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from devices.backups.apps import unlinking
from devices.backups.storage.envelopes import BLOCK, TAG_BYTES
from devices.models import Installation, Vault, VaultVersion
from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import give_app

Settings = Any


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's active phone."""
    return give_backup(carol, client)


@pytest.fixture
def old(carol: Person, client: Client, backup: Backup) -> Backup:
    """What her old phone knows of it."""
    return Backup(give_app(carol, client, "Pixel 7"), backup.vault, head=1)


def discard(backup: Backup, old: Backup, nonce: str) -> tuple[int, str]:
    """Let what the old phone left go, as it was seen."""
    path = f"vault/late/{old.app.installation.public_id}"
    answer = backup.app.delete(path, If_Match=f'"{nonce}"')
    return (204, "") if answer.status_code == 204 else refusal(answer)


def test_what_was_left_waits_for_the_active_phone(backup: Backup, old: Backup) -> None:
    assert backup.app.get("vault/late").json() == {"late": []}
    body = old.body(accounts=5)
    answer = old.app.post("vault/late", body)
    assert (answer.status_code, answer.json()["accounts"]) == (201, 5)
    (left,) = backup.app.get("vault/late").json()["late"]
    assert left["installation"] == str(old.app.installation.public_id)
    assert (left["phone"], left["accounts"], left["base"]) == ("Pixel 7", 5, 1)
    assert left["envelope"] == body["envelope"]
    assert lk1.open_envelope(backup.vault.secret, left["envelope"])
    assert backup.numbers() == [1]
    assert backup.save().status_code == 201
    assert discard(backup, old, left["envelope"]["nonce"]) == (204, "")
    assert backup.app.get("vault/late").json() == {"late": []}


def test_the_newer_replaces_the_older_and_is_not_let_go_unseen(
    backup: Backup, old: Backup, carol: Person, client: Client
) -> None:
    older, newer = old.body(), old.body(accounts=6)
    third = Backup(give_app(carol, client, "Tablet"), backup.vault, head=1)
    for app, body in ((old.app, older), (third.app, third.body()), (old.app, newer)):
        assert app.post("vault/late", body).status_code == 201
    left = backup.app.get("vault/late").json()["late"]
    assert [each["phone"] for each in left] == ["Tablet", "Pixel 7"]
    assert discard(backup, old, older["envelope"]["nonce"]) == (412, "late_changed")
    assert discard(backup, old, newer["envelope"]["nonce"]) == (204, "")
    assert discard(backup, old, newer["envelope"]["nonce"]) == (404, "late_unknown")
    path = f"vault/late/{third.app.installation.public_id}"
    assert refusal(backup.app.delete(path)) == (428, "if_match_needed")


def test_retention_does_not_touch_what_waits(backup: Backup, old: Backup) -> None:
    old.app.post("vault/late", old.body())
    for _each in range(12):
        backup.save()
    assert len(backup.app.get("vault/late").json()["late"]) == 1


def test_what_waits_takes_no_room_from_what_was_saved(
    backup: Backup, old: Backup, settings: Settings
) -> None:
    for _each in range(3):
        backup.save()
    settings.VAULT_NEWEST = 1
    settings.VAULT_BYTES = 4 * (BLOCK + TAG_BYTES)
    assert refusal(old.app.post("vault/late", old.body())) == (507, "vault_full")
    assert backup.numbers() == [1, 2, 3, 4]


def test_phones_that_come_and_go_leave_no_more_than_there_may_be_phones(
    backup: Backup, carol: Person, client: Client, settings: Settings
) -> None:
    settings.PHONES_A_PERSON = 3
    codes = []
    for _each in range(4):
        passing = Backup(give_app(carol, client, "Passing"), backup.vault, head=1)
        codes.append(passing.app.post("vault/late", passing.body()).status_code)
        passing.app.post("vault/late", passing.body())
        unlinking.unlink(Installation.objects.filter(pk=passing.app.installation.pk))
    assert codes == [201, 201, 201, 507]
    assert len(backup.app.get("vault/late").json()["late"]) == 3


def test_only_those_whom_it_concerns(backup: Backup, old: Backup, bob: Person) -> None:
    assert refusal(backup.app.post("vault/late", backup.body())) == (409, "active_phone")
    assert refusal(old.app.get("vault/late")) == (409, "not_active_phone")
    assert discard(old, old, "A" * 16) == (409, "not_active_phone")
    old.app.post("vault/late", old.body())
    his = give_backup(bob, old.app.http)
    assert his.app.get("vault/late").json() == {"late": []}
    nonce = VaultVersion.objects.get(number=None).header["nonce"]
    for installation in (old.app.installation.public_id, uuid4()):
        path = f"vault/late/{installation}"
        answer = his.app.delete(path, If_Match=f'"{nonce}"')
        assert refusal(answer) == (404, "late_unknown")


def test_what_does_not_belong_is_refused(backup: Backup, old: Backup) -> None:
    of_other_vault = Backup(old.app, head=1)
    for body, code in (
        (old.body(device=str(backup.app.installation.public_id)), (409, "other_device")),
        (of_other_vault.body(), (404, "no_vault")),
        (old.body(base=2), (412, "stale_head")),
        (old.body(epoch=2), (409, "stale_epoch")),
        ({**old.body(), "shrink": True}, (422, "malformed")),
        ({"envelope": old.envelope()}, (422, "malformed")),
    ):
        assert refusal(old.app.post("vault/late", body)) == code
    backup.app.delete("vault")
    assert refusal(old.app.post("vault/late", old.body())) == (409, "backup_off")
    Vault.objects.all().delete()
    assert refusal(old.app.post("vault/late", old.body())) == (404, "no_vault")
