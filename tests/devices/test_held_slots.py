"""A way to open the backup that a phone on hold added carries its hold and goes with it."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.holds import bindings, cancelling
from accounts.models import Binding, User
from core.web.http import RequestOrigin
from devices.models import KeySlot
from tests.backups import Backup, give_backup, refusal
from tests.people import Person

HERE = RequestOrigin("192.0.2.7", "")


@pytest.fixture
def backup(alice: Person, client: Client) -> Backup:
    """A backup, made by a phone that a recovered session has linked."""
    return give_backup(alice, client)


@pytest.fixture
def linked(alice: Person, backup: Backup) -> Binding:
    """What the ledger says of that phone."""
    until = timezone.now() + settings.RECOVERY_HOLD
    ground = bindings.Ground("thief", Strength.RECOVERED, ("email",), until, until)
    subject = f"devices.installation:{backup.app.installation.pk}"
    row = bindings.note(alice.user, "app", subject, ground=ground, name="Pixel 9")
    assert row is not None
    return row


def add(backup: Backup) -> tuple[dict[str, Any], Any]:
    slot = backup.slot("passphrase")
    return slot, backup.app.put(f"vault/slots/{slot['id']}", slot)


def test_it_carries_the_hold_and_goes_with_the_phone(
    alice: Person, backup: Backup, linked: Binding
) -> None:
    slot, answer = add(backup)
    assert answer.status_code == 204
    row = alice.user.bindings.get(kind="slot")
    assert (row.held_until, row.undo_until) == (linked.held_until, linked.undo_until)
    assert row in alice.user.bindings.asked()
    cancelling.cancel(user=alice.user, chosen=[linked], origin=Origin(HERE))
    kept = KeySlot.objects.filter(vault__user=alice.user)
    assert [each.kind for each in kept] == ["recovery-key"]
    assert KeySlot.removed.filter(public_id=slot["id"]).exists(), "kept, like any that is removed"


def test_taken_back_alone_the_phone_stays(alice: Person, backup: Backup, linked: Binding) -> None:
    add(backup)
    row = alice.user.bindings.get(kind="slot")
    cancelling.cancel(user=alice.user, chosen=[row], origin=Origin(HERE))
    assert KeySlot.objects.filter(vault__user=alice.user).count() == 1
    assert not backup.app.reload().is_unlinked


def test_the_only_way_to_open_the_backup_stays(
    alice: Person, backup: Backup, linked: Binding
) -> None:
    add(backup)
    KeySlot.objects.filter(kind="recovery-key").delete()
    cancelling.cancel(user=alice.user, chosen=[linked], origin=Origin(HERE))
    assert KeySlot.objects.filter(vault__user=alice.user).count() == 1


def test_a_phone_of_before_notes_nothing(alice: Person, backup: Backup) -> None:
    assert add(backup)[1].status_code == 204
    assert not alice.user.bindings.exists()


def test_while_only_a_strong_proof_adds_it_adds_none(
    alice: Person, backup: Backup, linked: Binding
) -> None:
    User.objects.filter(pk=alice.user.pk).update(frozen_at=timezone.now())
    row = backup.app.reload()
    row.trusted_from = timezone.now() + timedelta(hours=1)
    row.save()
    assert refusal(add(backup)[1]) == (403, "held")
    assert KeySlot.objects.filter(vault__user=alice.user).count() == 1
