"""The versions of a backup: listed, read, kept longer."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from devices.models import VaultVersion
from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person

TOLD = {
    "version",
    "base",
    "epoch",
    "saved",
    "phone",
    "accounts",
    "size",
    "pinned_until",
    "why_pinned",
}


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone."""
    return give_backup(carol, client)


def test_versions_are_listed_newest_first(backup: Backup) -> None:
    backup.save(accounts=4)
    page = backup.app.get("vault/versions").json()
    assert page["more"] is False
    assert [each["version"] for each in page["versions"]] == [2, 1]
    newest = page["versions"][0]
    assert set(newest) == TOLD
    known = {key: newest[key] for key in ("base", "epoch", "phone", "accounts", "size")}
    assert known == {"base": 1, "epoch": 1, "phone": "Pixel 9", "accounts": 4, "size": 4112}


def test_fifty_are_on_a_page(backup: Backup) -> None:
    row = VaultVersion.objects.get()
    copies = [VaultVersion(**{**fields_of(row), "number": 2 + each}) for each in range(51)]
    VaultVersion.objects.bulk_create(copies)
    first = backup.app.get("vault/versions").json()
    assert [each["version"] for each in first["versions"]] == list(range(52, 2, -1))
    assert first["more"] is True
    rest = backup.app.get("vault/versions?before=3").json()
    assert [each["version"] for each in rest["versions"]] == [2, 1]
    assert rest["more"] is False


def fields_of(row: VaultVersion) -> dict[str, Any]:
    """Return what a row holds, without its key."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return {name: getattr(row, name) for name in names}


def test_a_version_is_read_whole(backup: Backup) -> None:
    envelope = backup.envelope({"format": 1, "entries": [1]})
    backup.send({"envelope": envelope, "accounts": 3})
    shown = backup.app.get("vault/versions/2").json()
    assert set(shown) == TOLD | {"envelope"}
    assert shown["envelope"] == envelope
    assert lk1.open_envelope(backup.vault.secret, shown["envelope"])["entries"] == [1]


def test_what_is_not_there_is_one_answer(backup: Backup, bob: Person, client: Client) -> None:
    his = give_backup(bob, client)
    his.save()
    for number in ("0", "2", "99", str(2**31), str(2**63), "9" * 40):
        assert refusal(backup.app.get(f"vault/versions/{number}")) == (404, "version_unknown")
        answer = backup.app.post(f"vault/versions/{number}/pin", {"pinned": True})
        assert refusal(answer) == (404, "version_unknown")
    for before in ("", "x", "-1", "1.0", "01", str(2**63), "9" * 3000, "٣"):
        answer = backup.app.get(f"vault/versions?before={before}")
        assert refusal(answer) == (422, "malformed"), before


def test_a_version_is_kept_longer_or_let_go(backup: Backup) -> None:
    for why in ("import", "key", "merge", "person"):
        asked = {"pinned": True, "why": why}
        assert backup.app.post("vault/versions/1/pin", asked).status_code == 204
        assert VaultVersion.objects.get().why_pinned == why
    for _each in range(12):
        backup.save()
    assert backup.numbers() == [1, *range(4, 14)]
    assert backup.app.post("vault/versions/1/pin", {"pinned": False}).status_code == 204
    backup.save()
    assert backup.numbers() == list(range(5, 15))


def test_a_pin_ends_by_itself(backup: Backup) -> None:
    backup.app.post("vault/versions/1/pin", {"pinned": True})
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        for _each in range(10):
            backup.save()
        assert backup.numbers() == [1, *range(2, 12)], "it is the one of its week"
    with time_machine.travel(timezone.now() + timedelta(weeks=27), tick=False):
        backup.save()
    assert 1 not in backup.numbers()


def test_what_the_portal_keeps_stays(backup: Backup) -> None:
    backup.save(0, more={"shrink": True})
    answer = backup.app.post("vault/versions/1/pin", {"pinned": False})
    assert refusal(answer) == (409, "pin_stays")
    asked = {"pinned": True, "why": "person"}
    assert backup.app.post("vault/versions/1/pin", asked).status_code == 204
    assert VaultVersion.objects.get(number=1).why_pinned == "shrink"


def test_not_everything_is_kept_longer(backup: Backup) -> None:
    for number in range(1, 12):
        answer = backup.app.post(f"vault/versions/{number}/pin", {"pinned": True})
        if number == 11:
            assert refusal(answer) == (409, "too_many_pins")
        backup.save()
    odd: tuple[Any, ...] = (
        {},
        {"pinned": 1},
        {"pinned": True, "why": "take-over"},
        {"pinned": True, "why": 3},
        [],
    )
    for body in odd:
        answer = backup.app.post("vault/versions/2/pin", body)
        assert refusal(answer) == (422, "malformed"), body
