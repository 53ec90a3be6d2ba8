"""How often a phone may do what a mail tells of, and how many backups may be put away."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from devices.models import Vault
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import App, give_app, grant


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone."""
    return give_backup(carol, client)


def test_what_the_person_is_told_of_is_counted(
    backup: Backup, carol: Person, settings: Settings
) -> None:
    settings.VAULT_ACTS_AN_HOUR = 6
    app = backup.app
    grant(app)
    told = len(mail.outbox)
    slot = backup.slot("passkey")
    passkey = f"vault/slots/{slot['id']}"
    looked = {"mode": "view", "vault": backup.vault.id, "head": 1}
    acts: list[Callable[[], Any]] = [
        lambda: app.put(passkey, slot),
        lambda: app.delete(passkey),
        lambda: app.delete("vault"),
        lambda: app.post("vault/undelete"),
        lambda: app.post("restore/complete", looked),
        lambda: Backup(app).make(freeze=True),
    ]
    assert [act().status_code for act in acts] == [204, 204, 200, 200, 200, 201]
    assert len(mail.outbox) - told == len(acts)
    for act in acts:
        answer = act()
        assert refusal(answer) == (429, "too_many")
        assert 3500 < int(answer.headers["Retry-After"]) == answer.json()["wait"] <= 3600
        assert answer.json()["title"] == "Too many attempts. Wait 60 minutes and try again."
    assert len(mail.outbox) - told == len(acts)
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1), tick=False):
        assert app.delete("vault").status_code == 200


def test_what_is_refused_tells_nobody_and_costs_nothing(
    backup: Backup, carol: Person, client: Client, settings: Settings
) -> None:
    settings.VAULT_ACTS_AN_HOUR = 2
    other, slot = give_app(carol, client, "Old phone"), backup.slot("passkey")
    looked = {"mode": "view", "vault": backup.vault.id, "head": 1}
    for _each in range(4):
        assert refusal(other.delete("vault"))[1] == "not_active_phone"
        assert refusal(other.post("vault/undelete"))[1] == "not_active_phone"
        assert refusal(other.put(f"vault/slots/{slot['id']}", slot))[1] == "not_active_phone"
        assert refusal(other.post("restore/complete", looked))[1] == "grant_needed"
        assert refusal(Backup(other).make(freeze=True))[1] == "grant_needed"
        assert refusal(backup.app.post("vault/undelete"))[1] == "vault_exists"
    grant(other)
    assert [other.post("restore/complete", looked).status_code for _each in range(3)] == [
        200,
        200,
        429,
    ]


def test_a_stolen_phone_leaves_its_owner_every_act(
    backup: Backup, carol: Person, client: Client, settings: Settings
) -> None:
    settings.VAULT_ACTS_AN_HOUR = 2
    assert backup.app.delete("vault").status_code == 200
    assert backup.app.post("vault/undelete").status_code == 200
    assert backup.app.delete("vault").status_code == 429
    new = Backup(give_app(carol, client, "Pixel 10"), backup.vault, backup.backup_key)
    grant(new.app)
    taken = {"mode": "take-over", "vault": backup.vault.id, "head": 1}
    assert new.app.post("restore/complete", taken).status_code == 200
    slot = new.slot("passkey")
    assert new.app.put(f"vault/slots/{slot['id']}", slot).status_code == 204


def puts_away(app: App, times: int, *, freeze: bool = False) -> None:
    """Make a backup and switch it off, over and over."""
    for _each in range(times):
        assert Backup(app).make(freeze=freeze).status_code == 201
        assert app.delete("vault").status_code == 200


def test_there_is_an_end_to_putting_backups_away_and_none_pushes_another_out(
    carol: Person, client: Client, settings: Settings
) -> None:
    settings.VAULTS_PUT_AWAY = 3
    app = give_app(carol, client)
    puts_away(app, settings.VAULTS_PUT_AWAY)
    answer = Backup(app).make()
    assert refusal(answer) == (409, "too_many_vaults")
    ends = Vault.objects.earliest("ends_at").ends_at
    assert answer.json()["until"] == json.loads(json.dumps(ends, cls=DjangoJSONEncoder))
    assert Vault.objects.count() == 3
    assert app.post("vault/undelete").status_code == 200
    assert Vault.objects.filter(state=Vault.State.ON).count() == 1
    assert app.delete("vault").status_code == 200
    with time_machine.travel(timezone.now() + settings.VAULT_GRACE, tick=False):
        assert Backup(app).make().status_code == 201


def test_a_stolen_phone_leaves_room_for_what_takes_leave_of_the_portal(
    carol: Person, client: Client, settings: Settings
) -> None:
    settings.VAULTS_PUT_AWAY = 2
    stolen = give_app(carol, client)
    puts_away(stolen, settings.VAULTS_PUT_AWAY)
    new = give_app(carol, client, "Pixel 10")
    assert refusal(Backup(new).make()) == (409, "too_many_vaults")
    grant(new)
    puts_away(new, settings.VAULTS_PUT_AWAY, freeze=True)
    assert refusal(Backup(new).make(freeze=True)) == (409, "too_many_vaults")
    assert Vault.objects.count() == 4
