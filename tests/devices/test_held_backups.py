"""A backup that a phone on hold made goes with the phone, and is kept for a while."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.holds import bindings, cancelling
from accounts.models import Binding, User
from core.web.http import RequestOrigin
from devices import housekeeping
from devices.backups.storage import vaults
from devices.models import Vault
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import App, give_app, grant

HERE = RequestOrigin("192.0.2.7", "")
State = Vault.State


def note(person: Person, app: App, *, held: bool = True) -> Binding:
    """Write down that another session linked this app without a strong proof."""
    until = timezone.now() + settings.RECOVERY_HOLD
    proofs = (Strength.RECOVERED, ("email",), until if held else None, until)
    ground = bindings.Ground("thief", *proofs)
    subject = f"devices.installation:{app.installation.pk}"
    row = bindings.note(person.user, "app", subject, ground=ground, name="Pixel 9")
    assert row is not None
    return row


def cancel(person: Person, row: Binding) -> None:
    cancelling.cancel(user=person.user, chosen=[row], origin=Origin(HERE))


def states(person: Person) -> list[str]:
    return list(person.user.vaults.order_by("pk").values_list("state", flat=True))


def test_it_is_switched_off_with_the_phone_and_kept(alice: Person, client: Client) -> None:
    app = give_app(alice, client)
    link = note(alice, app)
    backup = Backup(app)
    assert backup.make().status_code == 201
    backup.verify()
    assert alice.user.bindings.asked().get() == link, "one question for both"
    assert "/report/" in str(mail.outbox[-1].body)
    cancel(alice, link)
    vault = alice.user.vaults.get()
    assert vault.state == State.OFF
    assert vault.ends_at
    assert abs(vault.ends_at - timezone.now() - settings.VAULT_GRACE) < timedelta(minutes=1)
    mine = give_app(alice, client, "Tablet", status="active")
    assert mine.post("vault/undelete").status_code == 200
    assert states(alice) == [State.ON]


def test_after_its_time_it_goes(alice: Person, client: Client) -> None:
    app = give_app(alice, client)
    link = note(alice, app)
    Backup(app).make()
    cancel(alice, link)
    with time_machine.travel(timezone.now() + settings.VAULT_GRACE, tick=False):
        housekeeping.run()
    assert not states(alice)


def test_the_one_that_it_had_put_away_is_on_again(carol: Person, client: Client) -> None:
    mine = give_backup(carol, client)
    app = give_app(carol, client)
    link = note(carol, app, held=False)
    grant(app)
    assert Backup(app).make(freeze=True).status_code == 201
    assert states(carol) == [State.FROZEN, State.ON]
    cancel(carol, link)
    assert states(carol) == [State.ON, State.OFF]
    assert mine.row.ends_at is None


def test_one_that_another_phone_saved_to_since_stays(alice: Person, client: Client) -> None:
    app = give_app(alice, client)
    link = note(alice, app)
    backup = Backup(app)
    backup.make()
    other = give_app(alice, client, "Tablet")
    vaults.activate(other.installation, force=True)
    mine = Backup(other, vault=backup.vault, head=1)
    assert mine.save().status_code == 201
    cancel(alice, link)
    assert states(alice) == [State.ON]


def test_a_phone_of_before_notes_nothing(alice: Person, client: Client) -> None:
    give_backup(alice, client)
    assert not alice.user.bindings.exists()


@pytest.mark.parametrize("freeze", [False, True])
def test_while_only_a_strong_proof_adds_it_makes_none(
    alice: Person, client: Client, freeze: bool
) -> None:
    app = give_app(alice, client)
    note(alice, app)
    grant(app)
    User.objects.filter(pk=alice.user.pk).update(frozen_at=timezone.now())
    assert refusal(Backup(app).make(freeze=freeze)) == (403, "held")
    assert not states(alice)
