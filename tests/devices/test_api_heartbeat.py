"""A phone says how it is, and is told how things stand."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from devices.models import Installation, Phone, PhoneCommand, Vault, VaultVersion
from tests.accounts.helpers import addresses, told
from tests.people import Person
from tests.phones import App, give_app, grant_later, new_secret

BEAT = {"unsaved": 2, "accounts": 34, "version": None}


@pytest.fixture
def app(alice: Person, client: Client) -> App:
    """The app on alice's phone."""
    app = give_app(alice, client)
    Installation.objects.update(phone=alice.phone)
    return app


def vault_of(person: Person, **fields: Any) -> Vault:
    """Make a vault with one saved state."""
    given = {"public_id": uuid4(), "head": 3, "epoch": 2, **fields}
    vault = Vault.objects.create(user=person.user, **given)
    saved = {"base": 2, "epoch": 2, "phone_name": "Pixel 8", "accounts": 33, "size": 1}
    for number in (3, None):
        VaultVersion.objects.create(vault=vault, number=number, header={}, ciphertext=b"x", **saved)
    return vault


def wipe(app: App) -> PhoneCommand:
    """Tell the app to erase itself, as unlinking does."""
    Installation.objects.filter(pk=app.installation.pk).update(status="unlinked", phone=None)
    return PhoneCommand.objects.create(installation=app.installation, kind="wipe")


def test_a_phone_is_told_everything_it_shows(app: App, alice: Person) -> None:
    vault_of(alice, verified_at=timezone.now())
    grant_later(app, timedelta(hours=1))
    said = app.post("heartbeat", BEAT).json()
    assert (said["status"], said["suspended"], said["epoch"], said["late"]) == (
        "active",
        False,
        2,
        1,
    )
    assert said["account"].startswith("a••••@")
    assert (said["vault"]["head"], said["vault"]["accounts"]) == (3, 33)
    assert (said["vault"]["verified"], said["vault"]["deleted_until"]) == (True, None)
    assert said["active"]["installation"] == str(app.installation.public_id)
    assert (said["active"]["accounts"], said["active"]["unsaved"]) == (34, 2)
    assert said["grant"]["from"] > said["time"]
    assert said["commands"] == []


def test_a_phone_without_a_backup_is_told_so(app: App) -> None:
    said = app.post("heartbeat", BEAT).json()
    assert (said["vault"], said["grant"], said["epoch"], said["late"]) == (None, None, 0, 0)


def test_a_backup_that_is_off_says_until_when(app: App, alice: Person) -> None:
    vault = vault_of(alice, state="off", ends_at=timezone.now() + timedelta(minutes=1))
    said = app.post("heartbeat", BEAT).json()
    assert said["vault"]["deleted_until"].endswith("Z")
    assert said["epoch"] == 0
    Vault.objects.filter(pk=vault.pk).update(ends_at=timezone.now())
    assert app.post("heartbeat", BEAT).json()["vault"] is None


def test_what_the_phone_says_is_written_down(app: App) -> None:
    app.post("heartbeat", BEAT)
    row = app.reload()
    assert (row.unsaved, row.accounts) == (2, 34)
    assert row.last_contact_at is not None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"unsaved": -1, "accounts": 0},
        {"unsaved": True, "accounts": 0},
        {"unsaved": 0, "accounts": 10**9},
        {"unsaved": 0, "accounts": "3"},
        b'{"unsaved": NaN, "accounts": 0}',
        b'{"unsaved": 0, "accounts": 0, "version": 1.5}',
        b"\xff\x00",
        b"[" * 60_000,
        None,
    ],
)
def test_what_the_app_would_not_say_is_refused(app: App, body: Any) -> None:
    answer = app.post("heartbeat", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert app.reload().last_contact_at is None


def test_a_body_that_is_too_long_is_refused(app: App) -> None:
    answer = app.post("heartbeat", b" " * (64 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_suspended_phone_is_told_nothing_but_that(app: App) -> None:
    Phone.objects.update(suspended_at=timezone.now())
    said = app.post("heartbeat", BEAT).json()
    assert (said["status"], said["suspended"]) == ("superseded", True)
    Phone.objects.update(suspended_at=None)
    assert app.post("heartbeat", BEAT).json()["status"] == "active"


# --- Unlinked ---------------------------------------------------------------------------------


def test_an_unlinked_phone_is_told_its_commands_and_nothing_else(app: App) -> None:
    command = wipe(app)
    said = app.post("heartbeat", BEAT).json()
    commands = [{"id": str(command.public_id), "kind": "wipe"}]
    assert said == {"status": "unlinked", "commands": commands}
    command.refresh_from_db()
    assert command.delivered_at is not None


def test_a_command_is_done_once_and_the_person_is_told(app: App, alice: Person) -> None:
    path = f"commands/{wipe(app).public_id}/done"
    assert [app.post(path, {}).status_code for _each in range(2)] == [204, 204]
    assert alice.kinds().count("app:wiped") == 1
    assert told("erased its accounts") == addresses(alice.user)
    assert app.post("heartbeat", BEAT).json()["commands"] == []


def test_nobody_else_can_say_that_it_is_done(app: App, bob: Person, client: Client) -> None:
    command = wipe(app)
    other = give_app(bob, client)
    answer = other.post(f"commands/{command.public_id}/done", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "command_unknown")
    command.refresh_from_db()
    assert command.done_at is None


def test_a_wrong_secret_gets_no_command(app: App) -> None:
    wipe(app)
    app.secret = new_secret()
    answer = app.post("heartbeat", BEAT)
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_phone")
    assert "commands" not in answer.json()


def test_a_locked_account_gets_no_command(app: App) -> None:
    wipe(app)
    User.objects.update(is_active=False)
    answer = app.post("heartbeat", BEAT)
    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_phone")
    assert PhoneCommand.objects.get().delivered_at is None


def test_answers_are_kept_by_nobody(app: App) -> None:
    for answer in (app.post("heartbeat", BEAT), app.get("heartbeat"), app.get("link")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies
