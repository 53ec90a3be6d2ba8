"""Saving: a version follows the head that the phone knows, or it is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from devices import housekeeping
from devices.models import Installation, Vault, VaultVersion
from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import give_app

BLOCK = 4096
Json = dict[str, Any]


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's phone."""
    return give_backup(carol, client)


def test_a_save_is_appended(backup: Backup, carol: Person) -> None:
    Installation.objects.update(unsaved=2)
    answer = backup.save(accounts=4)
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"2"'
    told = answer.json()
    assert (told["head"], told["accounts"]) == (2, 4)
    phone = backup.app.reload()
    assert (phone.accounts, phone.unsaved) == (4, 0)
    assert phone.saved_at
    assert told["saved"].startswith(phone.saved_at.isoformat()[:19])
    assert backup.numbers() == [1, 2]
    assert carol.kinds()[-1] == "backup:on"  # a plain save is no event


def test_a_repeated_request_gets_the_same_answer(backup: Backup) -> None:
    body = backup.body(accounts=4)
    first = backup.send(body, key="once")
    second = backup.send(body, key="once", match='"1"')
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    for other in (backup.body(4), {**body, "accounts": 5}, backup.body(4, base=1)):
        match = f'"{other["envelope"]["base"]}"'
        assert refusal(backup.send(other, key="once", match=match)) == (409, "key_reused")
    assert backup.numbers() == [1, 2]


def test_a_repeated_request_is_known_after_a_take_over(backup: Backup) -> None:
    body = backup.body()
    assert backup.send(body, key="once").status_code == 201
    Installation.objects.update(status=Installation.Status.SUPERSEDED)
    assert backup.send(body, key="once", match='"1"').status_code == 200


def test_keys_of_repeated_requests_are_forgotten(backup: Backup) -> None:
    backup.save(key="once")
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        housekeeping.run()
    assert not VaultVersion.objects.exclude(idempotency_key="").exists()
    assert backup.numbers() == [1, 2]


def test_a_save_names_what_it_follows(backup: Backup) -> None:
    backup.save()
    for match in ("", "*", "2", 'W/"2"', '"2", "3"', '"-1"', '"٢"', '"99999999999"', '"two"'):
        given = {"If_Match": match} if match else {}
        answer = backup.app.put("vault/head", backup.body(), Idempotency_Key="a", **given)
        assert refusal(answer) == (428, "if_match_needed"), match
    assert refusal(backup.send(backup.body(), match='"1"')) == (422, "malformed")
    for base in (1, 3):
        answer = backup.send(backup.body(base=base), match=f'"{base}"')
        assert refusal(answer) == (412, "stale_head")
        assert answer.json()["head"] == 2
    assert backup.numbers() == [1, 2]


def test_a_request_has_a_key_of_its_own(backup: Backup) -> None:
    for key in ("a b", "a" * 65, "é", "a\x7f", ""):
        named = {"Idempotency_Key": key} if key else {}
        answer = backup.app.put("vault/head", backup.body(), If_Match='"1"', **named)
        assert refusal(answer) == (422, "malformed"), key


def test_only_the_active_phone_saves(backup: Backup, carol: Person, client: Client) -> None:
    other = Backup(give_app(carol, client, "Pixel 7"), backup.vault, head=1)
    answer = other.save()
    assert refusal(answer) == (409, "not_active_phone")
    named = {"installation": str(backup.app.installation.public_id), "name": "Pixel 9"}
    assert answer.json()["active"] == named
    assert refusal(other.verify(backup.slots[0])) == (409, "not_active_phone")
    assert refusal(other.app.delete("vault")) == (409, "not_active_phone")


def test_an_older_epoch_is_fenced_off(backup: Backup) -> None:
    Vault.objects.update(epoch=3)
    for epoch in (2, 4):
        answer = backup.send(backup.body(epoch=epoch))
        assert refusal(answer) == (409, "stale_epoch")
        assert answer.json()["epoch"] == 3


def test_what_was_sealed_for_something_else_is_refused(backup: Backup) -> None:
    of_other_vault = Backup(backup.app, lk1.Vault(key=backup.vault.key), head=1)
    with_other_key = Backup(backup.app, lk1.Vault(backup.vault.id, backup.vault.key), head=1)
    cases = {
        (409, "other_device"): backup.body(device=lk1.NOBODY),
        (404, "no_vault"): of_other_vault.body(),
        (409, "other_key"): with_other_key.body(),
    }
    for code, body in cases.items():
        assert refusal(backup.send(body)) == code
    assert backup.numbers() == [1]


def test_a_new_key_needs_a_way_that_was_tried(backup: Backup) -> None:
    new = Backup(backup.app, lk1.Vault(id=backup.vault.id), head=1)
    assert refusal(new.save()) == (409, "slot_needed")
    slot = new.slot()
    assert backup.app.put(f"vault/slots/{slot['id']}", slot).status_code == 204
    assert refusal(new.save()) == (409, "slot_needed")
    assert new.verify(slot).status_code == 204
    assert new.save().status_code == 201


def test_fewer_than_half_need_a_word(carol: Person, client: Client) -> None:
    """Before and after: whether that is taken without a confirmation."""
    backup = give_backup(carol, client, accounts=0)
    for before, after, is_fine in (
        (0, 0, True),
        (1, 0, False),
        (1, 1, True),
        (2, 1, True),
        (3, 1, False),
        (34, 17, True),
        (35, 17, False),
        (34, 0, False),
        (34, 340, True),
    ):
        assert backup.save(before, more={"shrink": True}).status_code == 201
        answer = backup.save(after)
        if is_fine:
            assert answer.status_code == 201, (before, after)
            continue
        assert refusal(answer) == (409, "shrink_needs_confirmation"), (before, after)
        assert (answer.json()["before"], answer.json()["after"]) == (before, after)


def test_what_was_there_before_a_shrink_is_kept_for_90_days(backup: Backup) -> None:
    backup.save(34)
    assert backup.save(0, more={"shrink": True}).status_code == 201
    for _each in range(15):
        backup.save(0)
    versions = backup.app.get("vault/versions").json()["versions"]
    (pinned,) = [each for each in versions if each["pinned_until"]]
    assert (pinned["version"], pinned["accounts"], pinned["why_pinned"]) == (2, 34, "shrink")
    assert len(versions) == 11
    left = datetime.fromisoformat(pinned["pinned_until"]) - timezone.now()
    assert timedelta(days=89) < left <= timedelta(days=90)


def test_a_version_has_a_largest_size(backup: Backup, settings: Settings) -> None:
    settings.VAULT_VERSION_BYTES = 4 * BLOCK
    plain = b"\x00" * 3 * BLOCK
    assert backup.send({"envelope": seal(backup, plain), "accounts": 3}).status_code == 201
    for blocks in (4, 40):
        envelope = seal(backup, b"\x00" * blocks * BLOCK)
        answer = backup.send({"envelope": envelope, "accounts": 3})
        assert refusal(answer) == (413, "too_large")
    assert backup.numbers() == [1, 2]


def seal(backup: Backup, plain: bytes) -> Json:
    """Seal bytes as what follows the head."""
    device = str(backup.app.installation.public_id)
    known = {"version": backup.head + 1, "base": backup.head, "epoch": 1, "device": device}
    return lk1.seal(backup.vault, plain, **known)


def test_old_versions_make_room_and_the_newest_stay(
    carol: Person, client: Client, settings: Settings
) -> None:
    settings.VAULT_NEWEST = 3
    settings.VAULT_BYTES = 6 * (BLOCK + 16)
    day = timezone.now() - timedelta(days=21)
    with time_machine.travel(day, tick=False):
        backup = give_backup(carol, client)
    for number in range(1, 21):
        with time_machine.travel(day + timedelta(days=number), tick=False):
            assert backup.save().status_code == 201
    assert backup.numbers() == [16, 17, 18, 19, 20, 21]
    for number in (16, 17, 18):
        pinned = {"pinned": True, "why": "import"}
        assert backup.app.post(f"vault/versions/{number}/pin", pinned).status_code == 204
    assert refusal(backup.save()) == (507, "vault_full")
    assert backup.numbers() == [16, 17, 18, 19, 20, 21]
    backup.app.post("vault/versions/17/pin", {"pinned": False})
    assert backup.save().status_code == 201
    assert backup.numbers() == [16, 18, 19, 20, 21, 22]


def test_saves_are_counted(backup: Backup, settings: Settings) -> None:
    settings.VAULT_SAVES_AN_HOUR = 3  # making the backup was the first
    assert [backup.save().status_code for _each in range(3)] == [201, 201, 429]
    answer = backup.save()
    assert refusal(answer) == (429, "too_many")
    assert int(answer.headers["Retry-After"]) > 0


def test_what_no_app_would_send_is_malformed(backup: Backup) -> None:
    for name, body in {**odd_bodies(backup), **odd_envelopes(backup)}.items():
        assert refusal(backup.send(body)) == (422, "malformed"), name
    assert backup.numbers() == [1]
    assert backup.save().status_code == 201


def odd_bodies(backup: Backup) -> Json:
    """Bodies that are not what the contract says, by what is odd."""
    body = backup.body()
    return {
        "nothing": b"",
        "no JSON": b"{",
        "no text": b"\xff\xfe\x00",
        "deep": b"[" * 50_000,
        "deep object": b'{"a":' * 20_000,
        "null": b"null",
        "list": [body],
        "NaN": b'{"envelope": NaN, "accounts": NaN}',
        "long number": b'{"accounts": ' + b"9" * 5000 + b"}",
        "none of it": {},
        "no accounts": {"envelope": body["envelope"]},
        "more": {**body, "user": 1},
        "shrink in words": {**body, "shrink": "true"},
        **{
            f"accounts {value!r}": {**body, "accounts": value}
            for value in (-1, 1.0, True, None, "3", 2**31, 2**63, 10**30, [3])
        },
        "infinite": b'{"envelope": {}, "accounts": Infinity}',
        "no envelope": {"envelope": None, "accounts": 3},
    }


def odd_envelopes(backup: Backup) -> Json:
    """Bodies whose envelope has one odd member."""
    envelope = backup.envelope()
    odd: dict[str, list[Any]] = {
        "format": ["lk2", "LK1", "lk1\n", None, 1],
        "vault": [backup.vault.id.upper(), "{" + backup.vault.id + "}", "", 0, None],
        "device": [str(backup.app.installation.public_id).replace("-", ""), "me"],
        "version": [1, 3, 2.0, "2", True, -(2**63), 2**63, float("nan"), None],
        "base": [0, 2, -1, "1", 2**63, None],
        "epoch": [0, -1, "1", 2**63, 1.0, True],
        "key": ["", "0" * 15, "0" * 17, "G" * 16, "A" * 16, "٠" * 16, None],
        "commitment": ["", "A" * 42, "A" * 44, "A" * 42 + "B", "A" * 42 + "=", None, 7],
        "nonce": ["", "A" * 15, "A" * 17, "A" * 15 + " ", "+" * 16, "\ud800" * 16, "\x00" * 16],
        "ciphertext": [
            "",
            "A",
            "AA==",
            "é" * 6000,
            "\ud800",
            None,
            [1],
            lk1.spelled(bytes(BLOCK)),
            lk1.spelled(bytes(BLOCK + 17)),
            lk1.spelled(bytes(16)),
            envelope["ciphertext"] + "\n",
        ],
        "more": [1],
    }
    cases = {
        f"{name} {str(value)[:20]!a}": {"envelope": {**envelope, name: value}, "accounts": 3}
        for name, values in odd.items()
        for value in values
    }
    without = [{key: envelope[key] for key in envelope if key != name} for name in envelope]
    return cases | {
        f"without {at}": {"envelope": each, "accounts": 3} for at, each in enumerate(without)
    }
