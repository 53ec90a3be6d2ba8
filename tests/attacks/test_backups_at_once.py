"""Backups and many phones at the same moment, at the running site of two processes."""

import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_bytes, token_hex
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction

from devices.backups.apps import unlinking
from devices.models import Installation, KeySlot, Vault
from tests import lk1
from tests.attacks.crowd import Crowd
from tests.backups import Backup, give_backup
from tests.live import LiveSite, at_once
from tests.people import Person
from tests.phones import App, give_app, grant

MANY = 10
MIB = 1024 * 1024


@pytest.fixture
def backup(carol: Person, crowd: Crowd) -> Backup:
    """The backup of carol's phone."""
    return give_backup(carol, crowd(1)[0], accounts=34)


def twins(app: App, crowd: Crowd, count: int) -> list[App]:
    """Return the same app on more connections."""
    return [App(app.installation, app.secret, visitor) for visitor in crowd(count)]


def save_at_once(backup: Backup, crowd: Crowd, bodies: list[Any], keys: list[str]) -> list[Any]:
    """Save these, each on a connection of its own, all let go together."""
    apps = twins(backup.app, crowd, len(bodies))
    match = f'"{backup.head}"'
    return at_once(
        [
            partial(app.put, "vault/head", body, If_Match=match, Idempotency_Key=key)
            for app, body, key in zip(apps, bodies, keys, strict=True)
        ]
    )


def statuses(answers: list[Any]) -> Counter[int]:
    """Count the answers by status."""
    return Counter(answer.status_code for answer in answers)


def test_of_many_saves_that_follow_one_head_one_is_kept(backup: Backup, crowd: Crowd) -> None:
    bodies = [backup.body(accounts=34 + number) for number in range(MANY)]
    answers = save_at_once(backup, crowd, bodies, [token_hex(8) for _each in bodies])
    assert statuses(answers) == {201: 1, 412: MANY - 1}
    (won,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert {answer.json()["head"] for answer in answers} == {2}
    assert backup.numbers() == [1, 2]
    assert backup.app.get("vault").json()["version"]["accounts"] == won["accounts"]


def test_one_request_that_is_repeated_at_once_is_one_save(backup: Backup, crowd: Crowd) -> None:
    bodies = [backup.body(accounts=34)] * MANY
    answers = save_at_once(backup, crowd, bodies, ["once"] * MANY)
    assert statuses(answers) == {201: 1, 200: MANY - 1}
    assert len({answer.text for answer in answers}) == 1
    assert backup.numbers() == [1, 2]


def test_one_key_for_many_things_is_one_save(backup: Backup, crowd: Crowd) -> None:
    bodies = [backup.body(accounts=34) for _each in range(MANY)]
    answers = save_at_once(backup, crowd, bodies, ["once"] * MANY)
    assert statuses(answers) == {201: 1, 409: MANY - 1}
    assert backup.numbers() == [1, 2]


def test_of_many_backups_that_are_made_one_is_there(carol: Person, crowd: Crowd) -> None:
    app = give_app(carol, crowd(1)[0])
    answers = at_once([Backup(twin).make for twin in twins(app, crowd, MANY)])
    assert statuses(answers) == {201: 1, 409: MANY - 1}
    assert Vault.objects.get(user=carol.user).versions.count() == 1


def test_phones_that_take_over_at_once_leave_one_active(
    backup: Backup, carol: Person, crowd: Crowd
) -> None:
    apps = [give_app(carol, visitor, f"Phone {n}") for n, visitor in enumerate(crowd(MANY))]
    for app in apps:
        grant(app)
    asked = {"mode": "take-over", "vault": backup.vault.id, "head": 1}
    answers = at_once([partial(app.post, "restore/complete", asked) for app in apps])
    assert statuses(answers) == {200: MANY}
    epochs = {answer.json()["epoch"]: app for answer, app in zip(answers, apps, strict=True)}
    assert sorted(epochs) == list(range(2, MANY + 2))
    last = epochs.pop(MANY + 1)
    assert carol.user.installations.active().get() == last.installation
    for epoch, app in epochs.items():
        answer = Backup(app, backup.vault, head=1, epoch=epoch).save(34)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_active_phone")
    assert Backup(last, backup.vault, head=1, epoch=MANY + 1).save(34).status_code == 201
    assert carol.kinds().count("backup:taken_over") == MANY


def test_a_save_and_a_take_over_never_both_follow_one_head(
    backup: Backup, carol: Person, crowd: Crowd
) -> None:
    new = give_app(carol, crowd(1)[0], "New")
    for _each in range(4):
        grant(new)
        asked = {"mode": "take-over", "vault": backup.vault.id, "head": backup.head}
        saved, taken = at_once(
            [partial(backup.save, 34), partial(new.post, "restore/complete", asked)]
        )
        assert (saved.status_code, taken.status_code) in {(201, 412), (409, 200)}
        assert backup.numbers() == list(range(1, backup.head + 1))
        if taken.status_code == 200:
            backup.epoch = taken.json()["epoch"]
            Installation.objects.filter(pk=new.installation.pk).update(status="superseded")
            Installation.objects.filter(pk=backup.app.installation.pk).update(status="active")


def test_a_save_that_meets_the_unlinking_is_before_it_or_not_at_all(
    backup: Backup, carol: Person
) -> None:
    def unlink() -> Any:
        with transaction.atomic():
            carol.user.lock_for_update()
            gone = unlinking.unlink(carol.user.installations.all())
        connection.close()
        return gone

    acts: list[Callable[[], Any]] = [partial(backup.save, 34), unlink]
    saved = at_once(acts)[0]
    assert (saved.status_code, backup.numbers()) in [(201, [1, 2]), (401, [1])]
    assert backup.save(34).status_code == 401


def test_the_last_ways_are_not_removed_at_once(backup: Backup, crowd: Crowd) -> None:
    slots = [backup.slots[0], backup.slot()]
    backup.app.put(f"vault/slots/{slots[1]['id']}", slots[1])
    assert backup.verify(slots[1]).status_code == 204
    apps = twins(backup.app, crowd, 2)
    answers = at_once(
        [
            partial(app.delete, f"vault/slots/{slot['id']}")
            for app, slot in zip(apps, slots, strict=True)
        ]
    )
    assert statuses(answers) == {204: 1, 409: 1}
    assert KeySlot.objects.filter(vault=backup.row).count() == 1


def test_of_many_answers_to_one_question_one_counts(
    backup: Backup, carol: Person, crowd: Crowd
) -> None:
    new = give_app(carol, crowd(1)[0], "New")
    grant(new)
    public = lk1.spelled(b"\x04" + token_bytes(64))
    path = f"transfers/{new.post('transfers', {'public': public}).json()['transfer']}"
    given = [
        {
            "public": public,
            "nonce": lk1.spelled(token_bytes(12)),
            "sealed": lk1.spelled(token_bytes(48)),
            "vault": backup.vault.id,
            "key": backup.vault.key,
        }
        for _each in range(MANY)
    ]
    apps = twins(backup.app, crowd, MANY)
    acts = [partial(app.put, path, body) for app, body in zip(apps, given, strict=True)]
    answers = at_once(acts)
    assert statuses(answers) == {204: 1, 404: MANY - 1}
    (won,) = [n for n, answer in enumerate(answers) if answer.status_code == 204]
    assert new.get(path).json()["sealed"] == given[won]["sealed"]


def peak(live: LiveSite) -> int:
    """Return how many bytes the largest process of the server ever had in memory."""
    master = live.processes[0].pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    texts = [Path(f"/proc/{child}/status").read_text() for child in children]
    lines = [line for text in texts for line in text.splitlines() if line.startswith("VmHWM:")]
    return max(int(line.split()[1]) * 1024 for line in lines)


def begin_upload(live: LiveSite, app: App, length: int, sent: int) -> bytes:
    """Say that a body is so long, send the beginning of it, and return the line of the answer."""
    site = urlsplit(live.url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    head = (
        f"PUT /api/authenticator/v1/vault/head HTTP/1.1\r\nHost: {site.netloc}\r\n"
        f'Authorization: {app.authorization}\r\nIf-Match: "1"\r\nIdempotency-Key: a\r\n'
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n"
        "Connection: close\r\n\r\n"
    )
    address = (site.hostname or "", site.port or 443)
    with (
        socket.create_connection(address, timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=site.hostname) as upload,
    ):
        upload.sendall(head.encode())
        try:
            for _each in range(sent // 65536):
                upload.sendall(b"x" * 65536)
        except OSError:
            pass  # refused before it was all sent, which is as well
        return upload.recv(4096).partition(b"\r\n")[0]


def test_what_is_too_long_is_refused_at_once_and_not_kept(backup: Backup, live: LiveSite) -> None:
    before, start = peak(live), time.monotonic()
    for length, sent in ((10**12, 65536), (2 * MIB, 65536), (64 * MIB, 8 * MIB)):
        assert b" 413 " in begin_upload(live, backup.app, length, sent) + b" "
    assert time.monotonic() - start < 5
    assert peak(live) - before < 4 * MIB
    assert backup.numbers() == [1]
