"""What the activity tells of a backup that was set back, or that fills up."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from devices.models import Vault, VaultVersion
from tests.backups import Backup, give_backup
from tests.people import Person


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone."""
    return give_backup(carol, client)


def beat(backup: Backup, version: int | None) -> Any:
    said = {"unsaved": 0, "accounts": 3, "version": version}
    return backup.app.post("heartbeat", said)


def test_a_portal_that_was_set_back_is_in_the_activity_once(backup: Backup, carol: Person) -> None:
    for _each in range(3):
        backup.save()
    for version in (None, 3, 4):
        assert beat(backup, version).status_code == 200
    assert "backup:set_back" not in carol.kinds()
    VaultVersion.objects.filter(number__gt=2).delete()
    Vault.objects.update(head=2)
    for _each in range(3):
        assert beat(backup, 4).json()["vault"]["head"] == 2
    assert carol.kinds().count("backup:set_back") == 1
    assert "restored to an earlier day" in str(mail.outbox[-1].body)


def test_a_room_that_fills_up_is_told_once(
    backup: Backup, carol: Person, settings: Settings
) -> None:
    size = VaultVersion.objects.get().size
    settings.VAULT_BYTES = settings.VAULT_BYTES_A_PHONE = 8 * size
    told = []
    for _each in range(7):
        assert backup.save().status_code == 201
        told.append(carol.kinds().count("backup:filling"))
    assert told == [0, 0, 0, 0, 1, 1, 1]
