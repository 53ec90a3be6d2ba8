"""Proofs, orders to erase and permission to read at the moment at which they are taken away."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.activity.origin import Origin
from core.web.http import RequestOrigin
from devices.backups.access import grants
from devices.backups.apps import unlinking, wiping
from devices.models import Installation, KeyProof, KeySlot, PhoneCommand, RestoreGrant
from tests.attacks.crowd import Crowd
from tests.devices.test_api_heartbeat import BEAT
from tests.devices.test_key_proofs import Kept, give_weak_leave
from tests.live import at_once
from tests.people import Person
from tests.phones import App, give_app, grant

HERE = RequestOrigin("192.0.2.7", "")
ROUNDS = 5
Act = Callable[[], Any]


@pytest.fixture
def backup(carol: Person, crowd: Crowd) -> Kept:
    """The backup of carol's phone."""
    return Kept(give_app(carol, crowd(1)[0], "Pixel 7")).make_provable()


def closing(act: Act) -> Act:
    """Close the thread's own connection after an act that is not asked over HTTP."""

    def acted() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return acted


def code(answer: Any) -> str:
    """The code of a refusal; "" if it was done."""
    return str(answer.json()["code"]) if answer.status_code >= 400 else ""


def test_a_key_that_is_proved_while_it_is_removed_opens_or_does_not_exist(
    backup: Kept, carol: Person, crowd: Crowd
) -> None:
    """Whichever is first: what is noted was proved of a key that was there, and never after."""
    slot = backup.slots[1]["id"]
    path = f"vault/slots/{slot}"
    for at, visitor in enumerate(crowd(ROUNDS)):
        new = give_app(carol, visitor, f"New {at}", trusted_from=timezone.now() + timedelta(days=3))
        leave = give_weak_leave(new)
        prove = partial(backup.prove, new, slot=slot, tag=backup.tag(1))
        proved, removed = at_once([prove, partial(backup.app.delete, path)])
        assert removed.status_code == 204
        assert code(proved) in ("", "slot_unknown", "proof_wrong")
        assert leave.proofs.exists() == (proved.status_code == 200)
        assert code(prove()) == "slot_unknown"
        kinds = carol.kinds()
        if proved.status_code == 200:
            last = len(kinds) - kinds[::-1].index("backup:slot_removed") - 1
            assert "backup:key_proved" in kinds[:last], "noted before it was removed"
        assert backup.app.post(f"{path}/back").status_code == 204
        KeyProof.objects.all().delete()


@pytest.fixture
def app(carol: Person, crowd: Crowd) -> App:
    """The app on carol's phone."""
    return give_app(carol, crowd(1)[0], "Pixel 8")


def order(app: App) -> PhoneCommand:
    """Call the phone lost as a recovered session does, with an order to erase it."""
    rows, later = Installation.objects.filter(pk=app.installation.pk), timedelta(hours=72)
    unlinking.unlink(rows, wipe=True, erases_from=timezone.now() + later)
    return PhoneCommand.objects.filter(installation=app.installation).latest("pk")


def orders(app: App) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = app.post("heartbeat", BEAT).json()["commands"]
    return told


def test_an_order_that_is_called_off_while_the_phone_locks_leaves_it_a_way_to_open(
    app: App, carol: Person
) -> None:
    """A phone that was given the secret is told to open; one that was not has nothing to do."""
    for at in range(ROUNDS):
        row = order(app)
        off = partial(
            wiping.call_off, user=carol.user, installations=[app.installation], origin=Origin(HERE)
        )
        path = f"commands/{row.public_id}"
        acts: list[Act] = [partial(app.twin().post, f"{path}/lock"), closing(off), closing(off)]
        locked = at_once(acts)[0]
        assert code(locked) in ("", "nothing_to_lock")
        assert carol.kinds().count("app:wipe_called_off") == at + 1
        if locked.status_code == 200:
            assert [(each["kind"], each["secret"]) for each in orders(app)] == [
                ("open", locked.json()["secret"])
            ]
            assert app.post(f"{path}/opened").status_code == 204
        assert orders(app) == []
        Installation.objects.filter(pk=app.installation.pk).update(status="active")


def test_an_order_and_its_calling_off_at_once_leave_one_order_or_none(
    app: App, carol: Person
) -> None:
    for _each in range(ROUNDS):
        order(app)
        rows = [app.installation]
        again = partial(
            unlinking.wipe_later,
            user=carol.user,
            rows=rows,
            origin=Origin(HERE, ""),
            erases_from=timezone.now() + timedelta(hours=72),
        )
        off = partial(wiping.call_off, user=carol.user, installations=rows, origin=Origin(HERE))
        at_once([closing(again), closing(off)])
        left = wiping.to_call_off(rows).count()
        assert left in (0, 1)
        assert [each["kind"] for each in orders(app)] == ["lock"] * left
        off()
        assert orders(app) == []
        Installation.objects.filter(pk=app.installation.pk).update(status="active")


def test_a_phone_that_locks_in_many_tabs_while_it_calls_has_one_secret(
    app: App, carol: Person
) -> None:
    row = order(app)
    path = f"commands/{row.public_id}"
    acts: list[Act] = [partial(app.twin().post, f"{path}/lock") for _each in range(6)]
    acts[3:3] = [partial(app.twin().post, "heartbeat", BEAT) for _each in range(4)]
    answers = at_once(acts)
    assert {answer.status_code for answer in answers} == {200}
    said = [answer.json() for answer in answers]
    assert len({each["secret"] for each in said if "secret" in each}) == 1
    assert {tuple(order["kind"] for order in each.get("commands", [])) for each in said} <= {
        (),
        ("lock",),
    }
    done: list[Act] = [partial(app.twin().post, f"{path}/locked") for _each in range(6)]
    done[3:3] = [partial(app.twin().post, "heartbeat", BEAT) for _each in range(4)]
    assert {answer.status_code for answer in at_once(done)} <= {200, 204}
    assert carol.kinds().count("app:locked") == 1
    assert code(app.post(f"{path}/lock")) == "nothing_to_lock"


def test_leave_that_is_used_while_it_is_stopped_was_used_before_or_not_at_all(
    backup: Kept, carol: Person, crowd: Crowd
) -> None:
    first = backup.app.installation
    for at, visitor in enumerate(crowd(ROUNDS)):
        new = give_app(carol, visitor, f"New {at}")
        leave = RestoreGrant.objects.select_related("installation__user").get(pk=grant(new).pk)
        asked = {"mode": "take-over", "vault": backup.vault.id, "head": backup.head}
        stop = closing(partial(grants.stop, grant=leave, origin=Origin(HERE)))
        acts: list[Act] = [partial(new.post, "restore/complete", asked), stop]
        taken = at_once(acts)[0]
        assert code(taken) in ("", "grant_needed")
        assert new.reload().is_active == (taken.status_code == 200)
        assert code(new.get("restore/offers")) == "grant_needed"
        stopped = [kind for kind in carol.kinds() if kind in ("app:stopped", "backup:taken_over")]
        if taken.status_code == 200:
            assert stopped[-2:] == ["backup:taken_over", "app:stopped"]
        else:
            assert stopped[-1] == "app:stopped"
        Installation.objects.filter(pk=new.installation.pk).update(status="superseded")
        Installation.objects.filter(pk=first.pk).update(status="active")
    assert KeySlot.objects.filter(vault=backup.row).count() == 2
