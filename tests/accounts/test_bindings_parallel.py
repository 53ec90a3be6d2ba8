"""Answers to what is held, at the same moment: one counts; rows are really committed here."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.test import Client

from accounts import staff
from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.holds import bindings, cancelling, keep_or_remove
from accounts.holds.bindings import Ground
from accounts.links import take_back
from accounts.models import Binding, EventKind
from devices.models import Passkey
from tests.live import at_once
from tests.notices import HERE
from tests.people import Person, give_passkey

pytestmark = pytest.mark.usefixtures("live")
WHY = "She called us from the number we know."


@pytest.fixture(autouse=True)
def _no_deliveries(settings: Any) -> None:
    settings.OUTBOX_DELIVERY = "worker"


@pytest.fixture
def held(alice: Person) -> Binding:
    """A passkey that somebody added to alice's account in a recovered session."""
    give_passkey(alice)
    passkey = Passkey.objects.get(user=alice.user)
    until = passkey.created_at + site.RECOVERY_HOLD
    Passkey.objects.filter(pk=passkey.pk).update(trusted_from=until)
    ground = Ground("thief", Strength.RECOVERED, ("password",), until, until)
    row = bindings.note(alice.user, "passkey", passkey.factor, ground=ground, name="Blue key")
    assert row
    return row


def all_at_once(acts: list[Callable[[], Any]]) -> list[bool]:
    """Do these in threads of their own; whether each changed something."""

    def closing(act: Callable[[], Any]) -> Callable[[], bool]:
        def acted() -> bool:
            try:
                return bool(act())
            finally:
                connection.close()

        return acted

    return list(at_once([closing(act) for act in acts]))


def test_of_parallel_removals_one_wins(alice: Person, held: Binding) -> None:
    def remove() -> list[Binding]:
        return cancelling.cancel(user=alice.user, chosen=[held], origin=Origin(HERE))

    assert sum(all_at_once([remove] * 8)) == 1
    assert alice.kinds().count("hold:cancelled") == 1
    assert not Passkey.objects.filter(user=alice.user).exists()


def test_kept_and_removed_at_once_is_one_of_the_two(alice: Person, held: Binding) -> None:
    def keep() -> bool:
        return keep_or_remove.keep(alice.user, held, origin=Origin(HERE, "owner"))

    def remove() -> list[Binding]:
        return cancelling.cancel(user=alice.user, chosen=[held], origin=Origin(HERE))

    assert sum(all_at_once([keep, remove] * 4)) == 1
    kinds = alice.kinds()
    assert kinds.count("hold:kept") + kinds.count("hold:cancelled") == 1
    left = Passkey.objects.filter(user=alice.user).first()
    assert (left is None) == ("hold:cancelled" in kinds)
    assert left is None or not left.is_held


def test_a_button_pressed_eight_times_works_once(alice: Person, held: Binding) -> None:
    about: dict[str, Any] = {"passkey": "Blue key", "binding": str(held.public_id)}
    event = events.record(
        alice.user, EventKind.PASSKEY_ADDED, origin=Origin(HERE, "thief"), **about
    )
    url = take_back.url_for(event, alice.address)
    assert url
    token = url.partition("#")[2]

    def press() -> bool:
        reported = take_back.find(token)
        return bool(reported and take_back.report(reported, origin=Origin(HERE)))

    assert sum(all_at_once([press] * 8)) == 1
    assert alice.kinds().count("notice:reported") == 1


def test_two_colleagues_who_ask_at_once_do_not_agree_with_themselves(
    bob: Person, sue: Person, root: Person
) -> None:
    def ask(actor: Person) -> Callable[[], bool]:
        def asked() -> bool:
            with transaction.atomic():
                user = bob.user.lock_for_update()
                return staff.has_colleague(
                    actor=actor.user, user=user, act="unlink_phone", subject="x", reason=WHY
                )

        return asked

    assert sum(all_at_once([ask(sue)] * 8)) == 0
    assert sum(all_at_once([ask(root)] * 8)) == 1


def test_nobody_is_asked_for_what_is_gone(alice: Person, held: Binding, client: Client) -> None:
    bindings.forget_subjects(alice.user, [held.subject])
    assert not alice.user.bindings.asked().exists()
