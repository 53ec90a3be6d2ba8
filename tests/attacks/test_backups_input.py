"""What no app would send, in every place of every call: refused, and nothing changes."""

import json
from collections.abc import Iterator
from secrets import token_bytes
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from devices.models import KeySlot, KeyTransfer, Vault, VaultVersion
from tests import lk1
from tests.backups import Backup, give_backup
from tests.people import Person
from tests.phones import App, give_app, grant

Json = dict[str, Any]
Call = tuple[App, str, str, Json, dict[str, str]]
POISON: list[Any] = [
    None,
    True,
    -1,
    1.5,
    2**63,
    float("nan"),
    "",
    "a\x00b",
    "\ud800",
    "x" * 20_000,
    [[[[]]]],
    {"$ne": None},
]
BODIES = [b"", b"\x00", b"\xff\xfe", b"null", b"NaN", b"[" * 30_000, b'{"a":' * 10_000]
MANY = 10_000


@pytest.fixture
def calls(carol: Person, client: Client, settings: Settings) -> dict[str, Call]:
    """Every call that takes a body, as it would be right, by its name."""
    settings.VAULT_SAVES_AN_HOUR = settings.VAULT_ACTS_AN_HOUR = MANY
    backup = give_backup(carol, client)
    vault, slot = backup.vault.id, backup.slot("passphrase")
    other = give_app(carol, client, "Other")
    grant(other)
    public = lk1.spelled(b"\x04" + token_bytes(64))
    transfer = other.post("transfers", {"public": public}).json()["transfer"]
    sealed = {"nonce": lk1.spelled(token_bytes(12)), "sealed": lk1.spelled(token_bytes(48))}
    given = {"public": public, **sealed, "vault": vault, "key": backup.vault.key}
    first = Backup(other)
    made = {**first.body(), "slots": [first.slot(), first.slot("passkey")], "freeze": True}
    follows = {"If_Match": '"1"', "Idempotency_Key": "a"}
    complete = {"mode": "take-over", "vault": vault, "head": 1}
    pin = {"pinned": True, "why": "person"}
    active = backup.app
    return {
        "save": (active, "PUT", "vault/head", {**backup.body(), "shrink": True}, follows),
        "make": (other, "POST", "vault", made, {}),
        "verified": (active, "POST", "vault/verified", {"slot": backup.slots[0]["id"]}, {}),
        "pin": (active, "POST", "vault/versions/1/pin", pin, {}),
        "slot": (active, "PUT", f"vault/slots/{slot['id']}", slot, {}),
        "complete": (other, "POST", "restore/complete", complete, {}),
        "answer": (active, "PUT", f"transfers/{transfer}", given, {}),
    }


def poisoned(value: Any) -> Iterator[Any]:
    """Return the value with one of its parts replaced by each poison, for each part.

    Envelopes are read in one place, so one call has them poisoned.
    """
    yield from POISON
    if isinstance(value, dict) and "envelope" in value and "slots" in value:
        yield from ({**value, "slots": each} for each in poisoned(value["slots"]))
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from ({**value, name: each} for each in poisoned(part))
            yield {other: value[other] for other in value if other != name}
        yield {**value, "\ud800": 1}
    elif isinstance(value, list) and value:
        yield from ([each, *value[1:]] for each in poisoned(value[0]))


def state() -> list[Any]:
    """Return what a refused call leaves as it was."""
    models = (Vault, VaultVersion, KeySlot, KeyTransfer)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


MAY_MISS = [[True], ["person"]]  # what confirms a shrink, and why a version is kept
NAMES = ["save", "make", "verified", "pin", "slot", "complete", "answer"]


@pytest.mark.parametrize("name", NAMES)
def test_poison_in_any_place_is_refused(calls: dict[str, Call], name: str) -> None:
    app, method, path, right, headers = calls[name]
    before = state()
    for body in [*BODIES, *poisoned(right)]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        missing = [right[at] for at in right if isinstance(body, dict) and at not in body]
        if raw == json.dumps(right).encode() or missing in MAY_MISS:
            continue
        answer = app.send(method, path, raw, **headers)
        assert answer.status_code == 422, raw[:300]
        assert answer.json()["code"] == "malformed"
    assert state() == before
    assert app.send(method, path, right, **headers).status_code in {200, 201, 204}
