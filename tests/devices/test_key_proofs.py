"""A grant after a weak sign-in: at once with a key of the backup, else after a wait."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from devices import housekeeping
from devices.models import Installation, KeyProof, KeySlot, RestoreGrant, Vault, VaultVersion
from tests import lk1
from tests.backups import Backup, refusal
from tests.people import Person
from tests.phones import App, give_app, grant

Json = dict[str, Any]
PASSPHRASE = "correct horse battery staple"


@dataclass
class Kept(Backup):
    """A backup whose keys can be proved."""

    def make_provable(self) -> "Kept":
        """Switch it on with a backup key and a passphrase, each with its tag."""
        self.slots = [self.slot(), self.slot("passphrase")]
        given = [self.backup_key, PASSPHRASE]
        sent = [
            {**slot, "tag": lk1.tag_of(slot, key)}
            for slot, key in zip(self.slots, given, strict=True)
        ]
        body = {**self.body(34), "slots": sent, "tag": lk1.tag_of_vault(self.vault)}
        assert self.app.post("vault", body).status_code == 201
        self.head = 1
        for slot in self.slots:
            assert self.verify(slot).status_code == 204
        return self

    def tag(self, at: int = 0) -> str:
        """What proves the backup key, or the passphrase."""
        return lk1.tag_of(self.slots[at], [self.backup_key, PASSPHRASE][at])

    def prove(self, app: App, **more: Any) -> Any:
        """Prove the backup key from a phone."""
        body = {"vault": self.vault.id, "slot": self.slots[0]["id"], "tag": self.tag(), **more}
        return app.post("restore/prove", {name: body[name] for name in body if body[name]})


@pytest.fixture
def backup(carol: Person, client: Client) -> Kept:
    """The backup of carol's phone."""
    return Kept(give_app(carol, client, "Pixel 7")).make_provable()


def give_weak_leave(app: App) -> RestoreGrant:
    """Give leave as the portal does to a recovered session: it waits, and so do takers."""
    now = timezone.now()
    trusted = now + settings.RECOVERY_HOLD
    until = trusted + settings.RESTORE_WAITED_GRANT_AGE
    begins = now + settings.RESTORE_DELAY
    return grant(app, available_at=begins, trusted_from=trusted, expires_at=until)


@pytest.fixture
def new(carol: Person, client: Client, backup: Kept) -> App:
    """A phone that was linked in a recovered session just now."""
    held = timezone.now() + settings.RECOVERY_HOLD
    app = give_app(carol, client, "Pixel 9", trusted_from=held)
    give_weak_leave(app)
    return app


def take_over(app: App, backup: Backup) -> Any:
    asked = {"mode": "take-over", "vault": backup.vault.id, "head": backup.head}
    return app.post("restore/complete", asked)


def wrong_tag() -> str:
    return lk1.spelled(token_bytes(32))


def test_before_the_proof_there_is_nothing_to_guess_at(new: App, backup: Kept) -> None:
    shown = new.get("restore/slots")
    (vault,) = shown.json()["vaults"]
    assert [set(slot) for slot in vault["slots"]] == [{"id", "kind", "params", "proves"}] * 2
    assert all(slot["proves"] for slot in vault["slots"])
    assert vault["accounts"] == 34
    for secret in (backup.slots[0]["sealed"], backup.slots[1]["sealed"], "ciphertext", "tag_d"):
        assert secret not in shown.content.decode()
    for path in ("restore/offers", f"restore/{backup.vault.id}/versions/1", "vault", "vault/slots"):
        assert refusal(new.get(path)) == (403, "grant_not_yet"), path


@pytest.mark.parametrize("at", [0, 1], ids=["backup key", "passphrase"])
def test_the_owner_of_a_key_reads_and_takes_over_at_once(
    new: App, backup: Kept, carol: Person, at: int
) -> None:
    answer = backup.prove(new, slot=backup.slots[at]["id"], tag=backup.tag(at))
    assert answer.status_code == 200
    (offer,) = new.get("restore/offers").json()["vaults"]
    given = [backup.backup_key, PASSPHRASE][at]
    secret = lk1.open_slot(offer["slots"][at], backup.vault.id, given)
    version = new.get(f"restore/{backup.vault.id}/versions/1").json()
    assert lk1.open_envelope(secret, version["envelope"])
    assert "backup:key_proved" in carol.kinds()
    assert any("with its key" in str(message.body) for message in mail.outbox)
    assert take_over(new, backup).json() == {"epoch": 2, "head": 1}
    taken = Backup(new, backup.vault, head=1, epoch=2)
    assert taken.save(34).status_code == 201


def test_a_phone_that_has_the_vault_key_proves_that(new: App, backup: Kept) -> None:
    assert backup.prove(new, slot=None, tag=lk1.tag_of_vault(backup.vault)).status_code == 200
    assert take_over(new, backup).status_code == 200


def test_without_the_key_reading_waits_a_day_and_taking_over_until_the_hold_is_over(
    new: App, backup: Kept
) -> None:
    assert refusal(take_over(new, backup)) == (403, "grant_not_yet")
    with time_machine.travel(timezone.now() + settings.RESTORE_DELAY, tick=False):
        assert new.get("restore/offers").status_code == 200
        answer = take_over(new, backup)
        assert refusal(answer) == (403, "held")
        assert answer.json()["from"]
        assert not new.reload().is_active
    with time_machine.travel(timezone.now() + settings.RECOVERY_HOLD, tick=False):
        assert take_over(new, backup).status_code == 200


def test_stopped_leave_proves_nothing(new: App, backup: Kept) -> None:
    backup.prove(new)
    RestoreGrant.objects.update(ended_at=timezone.now())
    assert refusal(backup.prove(new)) == (403, "grant_needed")
    assert refusal(take_over(new, backup)) == (403, "grant_needed")
    give_weak_leave(new)
    assert refusal(take_over(new, backup)) == (403, "grant_not_yet"), "a proof is of one leave"


def test_a_wrong_key_proves_nothing_and_is_in_the_activity(
    new: App, backup: Kept, carol: Person
) -> None:
    assert refusal(backup.prove(new, tag=wrong_tag())) == (403, "proof_wrong")
    other = backup.slots[1]["id"]
    assert refusal(backup.prove(new, slot=other)) == (403, "proof_wrong"), "of another slot"
    assert refusal(backup.prove(new, slot=str(uuid4()))) == (404, "slot_unknown")
    assert refusal(backup.prove(new, vault=str(uuid4()))) == (404, "no_vault")
    assert not KeyProof.objects.exists()
    assert carol.kinds().count("backup:proof_wrong") == 2


def test_tries_are_counted_before_they_are_judged(new: App, backup: Kept) -> None:
    for _each in range(settings.KEY_PROOFS_A_PHONE):
        backup.prove(new, tag=wrong_tag())
    assert refusal(backup.prove(new)) == (429, "too_many")


def test_guessing_passphrases_keeps_nobody_from_the_backup_key(
    backup: Kept, carol: Person, client: Client
) -> None:
    passphrase, answer = backup.slots[1]["id"], None
    for at in range(settings.PASSPHRASE_PROOFS_A_VAULT // settings.KEY_PROOFS_A_PHONE + 1):
        thief = give_app(carol, client, f"Phone {at}")
        give_weak_leave(thief)
        for _each in range(settings.KEY_PROOFS_A_PHONE):
            answer = backup.prove(thief, slot=passphrase, tag=wrong_tag())
    assert refusal(answer) == (429, "too_many")
    owner = give_app(carol, client, "Pixel 10")
    give_weak_leave(owner)
    assert refusal(backup.prove(owner, slot=passphrase, tag=backup.tag(1)))[0] == 429
    assert backup.prove(owner).status_code == 200


def test_a_proof_of_one_backup_opens_no_other(new: App, backup: Kept, client: Client) -> None:
    Vault.objects.update(state=Vault.State.FROZEN, ends_at=timezone.now() + timedelta(days=100))
    second = Kept(backup.app).make_provable()
    assert second.prove(new).status_code == 200
    assert [each["vault"] for each in new.get("restore/offers").json()["vaults"]] == [
        second.vault.id
    ]
    answer = new.get(f"restore/{backup.vault.id}/versions/1")
    assert refusal(answer) == (403, "grant_not_yet")


def test_a_slot_of_before_gets_its_tag_when_the_phone_that_saves_opens_it(
    new: App, backup: Kept
) -> None:
    KeySlot.objects.update(tag_digest="")
    Vault.objects.update(tag_digest="")
    assert refusal(backup.prove(new)) == (409, "no_tag")
    path, body = f"vault/slots/{backup.slots[0]['id']}/opened", {"tag": backup.tag()}
    backup_of_thief = wrong_tag()
    RestoreGrant.objects.update(available_at=timezone.now())
    assert new.post(path, {"tag": backup_of_thief}).status_code == 204, "opening is noted, no more"
    assert backup.app.post(path, body).status_code == 204
    assert backup.app.post(path, {"tag": wrong_tag()}).status_code == 204, "once"
    assert backup.prove(new).status_code == 200
    assert refusal(new.post("vault/tag", body)) == (409, "not_active_phone")
    tag = lk1.tag_of_vault(backup.vault)
    assert backup.app.post("vault/tag", {"tag": tag}).status_code == 204
    assert backup.prove(new, slot=None, tag=tag).status_code == 200


def test_what_took_over_in_a_recovered_session_destroys_nothing_until_the_hold_is_over(
    new: App, backup: Kept, carol: Person
) -> None:
    for _each in range(13):
        backup.save(34)
    kept = set(backup.numbers())
    backup.prove(new)
    assert take_over(new, backup).status_code == 200
    taken = Backup(new, backup.vault, head=backup.head, epoch=2)
    destroys: dict[str, Callable[[], Any]] = {
        "slot": lambda: new.delete(f"vault/slots/{backup.slots[1]['id']}"),
        "off": lambda: new.delete("vault"),
        "freeze": lambda: Backup(new).make(freeze=True),
        "unpin": lambda: new.post(f"vault/versions/{backup.head}/pin", {"pinned": False}),
    }
    for name, act in destroys.items():
        assert refusal(act()) == (403, "held"), name
    for _each in range(15):
        assert taken.save(0, more={"shrink": True}).status_code == 201
    assert kept <= set(backup.numbers()), "what was there before it stays"
    assert carol.kinds()[-1] == "backup:taken_over"
    with time_machine.travel(timezone.now() + settings.RECOVERY_HOLD, tick=False):
        assert destroys["slot"]().status_code == 204
        assert destroys["off"]().status_code == 200


def test_a_removed_slot_is_offered_to_nobody_and_comes_back(
    backup: Kept, carol: Person, client: Client
) -> None:
    passphrase = backup.slots[1]
    path = f"vault/slots/{passphrase['id']}"
    assert backup.app.delete(path).status_code == 204
    shown = backup.app.get("vault/slots").json()
    assert [each["kind"] for each in shown["slots"]] == ["recovery-key"]
    assert [each["kind"] for each in shown["removed"]] == ["passphrase"]
    assert passphrase["sealed"] not in backup.app.get("vault/slots").content.decode()
    new = give_app(carol, client, "Pixel 9")
    give_weak_leave(new)
    answer = backup.prove(new, slot=passphrase["id"], tag=backup.tag(1))
    assert refusal(answer) == (404, "slot_unknown")
    assert refusal(new.post(f"{path}/back")) == (409, "not_active_phone")
    assert backup.app.post(f"{path}/back").status_code == 204
    assert backup.prove(new, slot=passphrase["id"], tag=backup.tag(1)).status_code == 200
    assert refusal(backup.app.post(f"{path}/back")) == (404, "slot_unknown")


def test_a_removed_slot_goes_after_thirty_days(backup: Kept) -> None:
    path = f"vault/slots/{backup.slots[1]['id']}"
    backup.app.delete(path)
    for days, count in ((29, 2), (31, 1)):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            housekeeping.run()
        assert KeySlot.everything.count() == count
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert refusal(backup.app.post(f"{path}/back")) == (404, "slot_unknown")


def test_one_phone_never_fills_the_room_of_the_next(
    backup: Kept, carol: Person, client: Client, settings: Any
) -> None:
    size = VaultVersion.objects.get().size
    settings.VAULT_BYTES, settings.VAULT_BYTES_A_PHONE = 8 * size, 6 * size
    settings.VAULT_NEWEST = 2
    answers = []
    for _each in range(12):
        answers.append(backup.save(34).status_code)
        backup.app.post(f"vault/versions/{backup.head}/pin", {"pinned": True})
    assert 507 in answers
    new = give_app(carol, client, "Pixel 9")
    grant(new)
    assert take_over(new, backup).status_code == 200
    taken = Backup(new, backup.vault, head=backup.head, epoch=2)
    assert [taken.save(34).status_code for _each in range(4)] == [201] * 4
    assert Installation.objects.active().get() == new.installation
