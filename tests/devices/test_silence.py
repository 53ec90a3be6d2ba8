"""A backup that stops is told of, once a silence."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client, TestCase
from django.utils import timezone

from accounts.models import User
from core.outbox import worker
from devices.backups.storage import stale_backups
from devices.models import Installation, Vault
from tests.accounts.helpers import addresses, told
from tests.devices.test_api_heartbeat import vault_of
from tests.people import Person
from tests.phones import App, give_app

LITTLE = timedelta(minutes=1)


@pytest.fixture
def app(alice: Person, client: Client, clock: time_machine.Traveller) -> App:
    """The app that saved a moment ago, and has nothing unsaved."""
    vault_of(alice)
    now = timezone.now()
    return give_app(alice, client, phone=alice.phone, saved_at=now, last_contact_at=now)


def change(app: App, **fields: Any) -> None:
    """Change what the portal knows of the app."""
    Installation.objects.filter(pk=app.installation.pk).update(**fields)


def run() -> int:
    """Look for silent phones, and deliver what that gives."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return stale_backups.run()


def test_a_phone_that_does_not_call_is_told_of_once(
    app: App, alice: Person, clock: time_machine.Traveller
) -> None:
    clock.shift(settings.BACKUP_SILENCE - LITTLE)
    assert run() == 0
    clock.shift(LITTLE)
    assert [run(), run()] == [1, 0]
    assert told("no backup for a week", "Pixel 9", "hasn’t connected since") == addresses(
        alice.user
    )
    clock.shift(2 * settings.BACKUP_SILENCE)
    assert run() == 0
    assert alice.kinds() == ["app:silent"]


def test_a_phone_that_calls_but_does_not_save_is_told_of_once(
    app: App, alice: Person, clock: time_machine.Traveller
) -> None:
    change(app, unsaved=2)
    clock.shift(settings.BACKUP_SILENCE)
    change(app, last_contact_at=timezone.now())
    assert [run(), run()] == [1, 0]
    assert told("2 changes are only on the phone.") == addresses(alice.user)


def test_a_phone_with_nothing_to_save_may_be_quiet(app: App, clock: time_machine.Traveller) -> None:
    clock.shift(2 * settings.BACKUP_SILENCE)
    change(app, last_contact_at=timezone.now())
    assert run() == 0


def test_the_next_silence_is_told_of_again(app: App, clock: time_machine.Traveller) -> None:
    clock.shift(settings.BACKUP_SILENCE)
    assert run() == 1
    clock.shift(LITTLE)
    change(app, last_contact_at=timezone.now())
    clock.shift(settings.BACKUP_SILENCE)
    assert run() == 1


@pytest.mark.parametrize("why", ["off", "superseded", "unlinked", "locked"])
def test_nobody_is_told_where_no_backup_is_expected(
    app: App, alice: Person, clock: time_machine.Traveller, why: str
) -> None:
    clock.shift(settings.BACKUP_SILENCE)
    if why == "off":
        Vault.objects.update(state="off")
    elif why == "locked":
        User.objects.filter(pk=alice.user.pk).update(is_active=False)
    else:
        change(app, status=why)
    assert run() == 0
    assert not mail.outbox


def test_the_worker_looks_for_it(app: App, alice: Person, clock: time_machine.Traveller) -> None:
    clock.shift(settings.BACKUP_SILENCE)
    worker.clean_up()
    assert "app:silent" in alice.kinds()
