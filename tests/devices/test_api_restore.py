"""Recovery on another phone: what there is, looking at it, taking it over."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from devices.models import Installation, RestoreGrant, VaultVersion
from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import App, give_app, grant, grant_later


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's old phone."""
    return give_backup(carol, client, "Pixel 7", accounts=34)


@pytest.fixture
def new(carol: Person, client: Client, backup: Backup) -> App:
    """Her new phone, with permission to read."""
    app = give_app(carol, client, "Pixel 9")
    grant(app)
    return app


def complete(app: App, backup: Backup, mode: str = "take-over", **more: Any) -> Any:
    """Take the backup over, or only look at it."""
    asked = {"mode": mode, "vault": backup.vault.id, "head": backup.head, **more}
    return app.post("restore/complete", asked)


def test_the_new_phone_sees_what_there_is(new: App, backup: Backup) -> None:
    backup.save(accounts=35)
    shown = new.get("restore/offers").json()
    (offer,) = shown["vaults"]
    assert {key: offer[key] for key in offer if key not in ("saved", "slots")} == {
        "vault": backup.vault.id,
        "state": "on",
        "frozen_until": None,
        "epoch": 1,
        "head": 2,
        "accounts": 35,
        "phone": "Pixel 7",
        "versions": 2,
    }
    assert shown["active"]["name"] == "Pixel 7"
    assert shown["active"]["accounts"] == 35
    (slot,) = offer["slots"]
    secret = lk1.open_slot(slot, backup.vault.id, backup.backup_key)
    version = new.get(f"restore/{backup.vault.id}/versions/2").json()
    assert lk1.open_envelope(secret, version["envelope"]) == {"format": 1, "entries": []}
    versions = new.get(f"restore/{backup.vault.id}/versions?before=2").json()["versions"]
    assert [each["version"] for each in versions] == [1]


def test_looking_changes_nothing_and_is_told(new: App, backup: Backup, carol: Person) -> None:
    answer = complete(new, backup, "view")
    assert answer.json() == {"epoch": 1, "head": 1}
    assert not new.reload().is_active
    assert backup.save(34).status_code == 201
    assert carol.kinds()[-1] == "backup:opened"
    assert "Backup opened on Pixel 9" in str(mail.outbox[-1].body)


def test_taking_over_makes_this_the_phone_that_saves(
    new: App, backup: Backup, carol: Person
) -> None:
    assert complete(new, backup).json() == {"epoch": 2, "head": 1}
    assert new.reload().is_active
    assert backup.app.reload().status == Installation.Status.SUPERSEDED
    assert refusal(backup.save(34)) == (409, "not_active_phone")
    taken = Backup(new, backup.vault, head=1)
    assert refusal(taken.save(34)) == (409, "stale_epoch")
    taken.epoch = 2
    assert taken.save(34).status_code == 201
    pinned = VaultVersion.objects.get(number=1)
    assert pinned.why_pinned == "take-over"
    assert pinned.pinned_until
    assert pinned.pinned_until > timezone.now() + timedelta(days=89)
    assert carol.kinds()[-1] == "backup:taken_over"
    assert "Pixel 9 took over the backup" in str(mail.outbox[-1].body)


def test_the_old_phone_may_take_over_again(new: App, backup: Backup) -> None:
    complete(new, backup)
    assert refusal(complete(backup.app, backup)) == (403, "grant_needed")
    grant(backup.app)
    assert complete(backup.app, backup).json() == {"epoch": 3, "head": 1}
    backup.epoch = 3
    assert backup.save(34).status_code == 201


def test_taking_over_again_raises_the_epoch_of_the_same_phone(new: App, backup: Backup) -> None:
    assert [complete(new, backup).json()["epoch"] for _each in range(2)] == [2, 3]
    assert new.reload().is_active


def test_nobody_takes_over_what_moved_on(new: App, backup: Backup) -> None:
    backup.save(34)
    answer = complete(new, backup, head=1)
    assert refusal(answer) == (412, "stale_head")
    assert answer.json()["head"] == 2
    assert not new.reload().is_active
    assert not VaultVersion.objects.filter(pinned_until__isnull=False).exists()


def test_leave_is_asked_for_at_each_act(new: App, backup: Backup, carol: Person) -> None:
    def refused() -> set[tuple[int, str]]:
        of_vault = f"restore/{backup.vault.id}/versions"
        return {
            *(refusal(new.get(path)) for path in ("restore/offers", of_vault, f"{of_vault}/1")),
            *(refusal(complete(new, backup, mode)) for mode in ("view", "take-over")),
            refusal(new.post("transfers", {"public": lk1.spelled(b"\x04" + bytes(64))})),
        }

    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        assert refused() == {(403, "grant_needed")}
    RestoreGrant.objects.update(ended_at=timezone.now())
    assert refused() == {(403, "grant_needed")}
    begins = grant_later(new, timedelta(hours=3)).available_at
    assert refused() == {(403, "grant_not_yet")}
    said = new.get("restore/offers").json()["from"]
    assert said.startswith(begins.isoformat()[:19])
    with time_machine.travel(begins + timedelta(minutes=1), tick=False):
        assert complete(new, backup).status_code == 200
    assert "backup:opened" not in carol.kinds()


def test_a_frozen_backup_comes_back_if_no_other_is_on(
    new: App, backup: Backup, carol: Person
) -> None:
    fresh = Backup(new)
    assert fresh.make(freeze=True).status_code == 201
    offers = new.get("restore/offers").json()["vaults"]
    assert [(each["state"], bool(each["frozen_until"])) for each in offers] == [
        ("on", False),
        ("frozen", True),
    ]
    answer = complete(new, backup)
    assert refusal(answer) == (409, "vault_exists")
    assert answer.json()["vault"] == fresh.vault.id
    assert complete(new, backup, "view").status_code == 200
    assert new.delete("vault").status_code == 200
    assert complete(new, backup).json() == {"epoch": 2, "head": 1}
    assert new.get("vault").json()["vault"] == backup.vault.id


def test_a_frozen_backup_is_kept_for_180_days(new: App, backup: Backup) -> None:
    Backup(new).make(freeze=True)
    for days, states in ((179, ["on", "frozen"]), (181, ["on"])):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            grant(new)
            offers = new.get("restore/offers").json()["vaults"]
            assert [each["state"] for each in offers] == states


def test_somebody_elses_backup_does_not_exist(
    new: App, backup: Backup, bob: Person, client: Client
) -> None:
    his = give_backup(bob, client)
    grant(his.app)
    for vault in (backup.vault.id, str(uuid4())):
        for path in (f"restore/{vault}/versions", f"restore/{vault}/versions/1"):
            assert refusal(his.app.get(path)) == (404, "no_vault")
        for mode in ("view", "take-over"):
            answer = complete(his.app, his, mode, vault=vault)
            assert refusal(answer) == (404, "no_vault")
    assert his.vault.id in his.app.get("restore/offers").content.decode()
    assert backup.vault.id not in his.app.get("restore/offers").content.decode()
    assert Backup(his.app, lk1.Vault(id=backup.vault.id)).make().status_code == 409


def test_what_no_app_would_send_is_malformed(new: App, backup: Backup) -> None:
    for more in (
        {"mode": "merge"},
        {"mode": None},
        {"vault": "x"},
        {"vault": 3},
        {"head": 0},
        {"head": "1"},
        {"head": 2**63},
        {"head": float("nan")},
        {"user": 1},
    ):
        assert refusal(complete(new, backup, **more)) == (422, "malformed"), more
    assert refusal(new.post("restore/complete", b"[")) == (422, "malformed")
