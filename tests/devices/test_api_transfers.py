"""The key of a backup on its way from the old phone to the new one."""

from datetime import timedelta
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from devices import housekeeping
from devices.models import Installation, KeyTransfer, RestoreGrant
from tests import lk1
from tests.backups import Backup, give_backup, refusal
from tests.people import Person
from tests.phones import App, give_app, grant

Json = dict[str, Any]


@pytest.fixture
def backup(carol: Person, client: Client) -> Backup:
    """The backup of carol's old phone."""
    return give_backup(carol, client, "Pixel 7")


@pytest.fixture
def new(carol: Person, client: Client, backup: Backup) -> App:
    """Her new phone, with permission to read."""
    app = give_app(carol, client, "Pixel 9")
    grant(app)
    return app


def public() -> str:
    """What looks like a public key, to somebody who does not compute with it."""
    return lk1.spelled(b"\x04" + token_bytes(64))


def ask(app: App) -> str:
    """Ask for the key; the id of the transfer."""
    answer = app.post("transfers", {"public": public()})
    assert answer.status_code == 201
    return str(answer.json()["transfer"])


def sealed(backup: Backup) -> Json:
    """What the old phone gives."""
    given = {"nonce": token_bytes(12), "sealed": token_bytes(48)}
    spelled = {name: lk1.spelled(value) for name, value in given.items()}
    return {"public": public(), **spelled, "vault": backup.vault.id, "key": backup.vault.key}


def test_the_key_goes_to_the_phone_that_asked(new: App, backup: Backup) -> None:
    path = f"transfers/{ask(new)}"
    waiting = new.get(path).json()
    assert (waiting["status"], waiting["phone"]) == ("waiting", "Pixel 9")
    assert backup.app.get(path).json() == waiting
    given = sealed(backup)
    assert backup.app.put(path, given).status_code == 204
    assert new.get(path).json() == {**waiting, **given, "status": "sealed"}
    assert backup.app.get(path).json() == {**waiting, "status": "sealed"}


def test_one_answer_counts(new: App, backup: Backup) -> None:
    path, given = f"transfers/{ask(new)}", sealed(backup)
    assert backup.app.put(path, given).status_code == 204
    for again in (given, sealed(backup)):
        assert refusal(backup.app.put(path, again)) == (404, "transfer_unknown")
    assert new.get(path).json()["sealed"] == given["sealed"]


def test_nobody_answers_their_own_question(new: App, backup: Backup) -> None:
    path = f"transfers/{ask(new)}"
    assert refusal(new.put(path, sealed(backup))) == (404, "transfer_unknown")


def test_asking_again_takes_the_place_of_the_first(new: App, backup: Backup) -> None:
    first, second = ask(new), ask(new)
    assert refusal(new.get(f"transfers/{first}")) == (404, "transfer_unknown")
    assert refusal(backup.app.put(f"transfers/{first}", sealed(backup)))[0] == 404
    assert new.get(f"transfers/{second}").status_code == 200


def test_a_transfer_is_over_after_ten_minutes_or_with_the_leave(new: App, backup: Backup) -> None:
    RestoreGrant.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    short = f"transfers/{ask(new)}"
    grant(new)
    long = f"transfers/{ask(new)}"
    assert refusal(new.get(short)) == (404, "transfer_unknown")
    for minutes, status in ((9, 200), (11, 404)):
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
            assert new.get(long).status_code == status
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert refusal(backup.app.put(long, sealed(backup))) == (404, "transfer_unknown")
        housekeeping.run()
        assert not KeyTransfer.objects.exists()


def test_without_leave_nothing_is_handed_over(new: App, backup: Backup) -> None:
    path = f"transfers/{ask(new)}"
    RestoreGrant.objects.update(ended_at=timezone.now())
    assert refusal(backup.app.put(path, sealed(backup))) == (404, "transfer_unknown")
    assert refusal(new.get(path)) == (403, "grant_needed")
    grant(new)
    assert backup.app.put(path, sealed(backup)).status_code == 204
    RestoreGrant.objects.update(ended_at=timezone.now())
    answer = new.get(path)
    assert refusal(answer) == (403, "grant_needed")
    assert "sealed" not in answer.content.decode()


def test_an_unlinked_phone_gets_nothing(new: App, backup: Backup) -> None:
    path = f"transfers/{ask(new)}"
    rows = Installation.objects.filter(pk=new.installation.pk)
    rows.update(status=Installation.Status.UNLINKED)
    assert refusal(backup.app.put(path, sealed(backup))) == (404, "transfer_unknown")
    assert refusal(new.get(path)) == (401, "unlinked")


def test_strangers_see_nothing(new: App, backup: Backup, bob: Person, client: Client) -> None:
    his = give_backup(bob, client)
    grant(his.app)
    for transfer in (ask(new), str(uuid4())):
        path = f"transfers/{transfer}"
        assert refusal(his.app.get(path)) == (404, "transfer_unknown")
        assert refusal(his.app.put(path, sealed(his))) == (404, "transfer_unknown")
    assert KeyTransfer.objects.get().answer is None
    path = f"transfers/{ask(new)}"
    assert refusal(backup.app.put(path, sealed(his))) == (404, "no_vault")


def test_what_no_app_would_send_is_malformed(new: App, backup: Backup) -> None:
    path, given = f"transfers/{ask(new)}", sealed(backup)
    bodies: tuple[Any, ...] = (
        None,
        {},
        [],
        {"public": ""},
        {"public": lk1.spelled(bytes(65))},
        {"public": lk1.spelled(b"\x04" + bytes(65))},
        {"public": 4},
        {"public": public(), "user": 1},
    )
    for body in bodies:
        assert refusal(new.post("transfers", body)) == (422, "malformed"), body
    odd = {"public": "", "nonce": "A", "sealed": "A" * 63, "vault": 1, "key": "x", "more": 1}
    for name, value in odd.items():
        answer = backup.app.put(path, {**given, name: value})
        assert refusal(answer) == (422, "malformed"), name
    assert backup.app.put(path, given).status_code == 204


def test_asking_is_counted(new: App) -> None:
    for _each in range(20):
        ask(new)
    assert refusal(new.post("transfers", {"public": public()})) == (429, "too_many")
