"""What an act ends is said by the kind of its event, and done by `record` alone."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.activity import events
from accounts.activity.effects import Effect
from accounts.activity.event_kinds import KINDS
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.models import EventKind
from devices.models import Session
from tests.notices import HERE
from tests.people import Person, enter, trust

SENDERS = ("protection_changed.send(", "set_up_changed.send(")


def ids(person: Person) -> set[str]:
    return {str(row.public_id) for row in Session.objects.of(person.user)}


@pytest.fixture
def acting(alice: Person) -> str:
    """The public id of a session; alice has another one, and a browser that she trusts."""
    enter(Client(), alice, Strength.TWO_STEP)
    (session,) = ids(alice)
    enter(Client(), alice, Strength.TWO_STEP)
    trust(Client(), alice)
    return session


@pytest.mark.parametrize("kind", EventKind)
def test_the_kind_says_what_ends(alice: Person, acting: str, kind: EventKind) -> None:
    before, trusted = ids(alice), alice.user.trusted_browsers.count()
    assert len(before) > 1
    assert trusted
    events.record(alice.user, kind, origin=Origin(HERE, acting))
    effect = KINDS[kind].effect
    assert ids(alice) == ({acting} if effect is Effect.PROTECTION_CHANGED else before)
    assert alice.user.trusted_browsers.count() == (trusted if effect is Effect.NOTHING else 0)


def test_staff_keep_no_session_of_the_person(alice: Person, acting: str, sue: Person) -> None:
    kind = EventKind.ACCOUNT_LOCKED
    events.record(
        alice.user,
        kind,
        origin=Origin(session=acting, actor=sue.user),
    )
    assert not ids(alice)


def test_an_act_that_changed_less_ends_less(alice: Person, acting: str) -> None:
    before, kind = ids(alice), EventKind.RECOVERY_CODES_CONFIRMED
    events.record(alice.user, kind, origin=Origin(HERE, acting), effect=Effect.NOTHING)
    assert ids(alice) == before


def test_the_event_remembers_how_many_ended(alice: Person, acting: str) -> None:
    event = events.record(alice.user, EventKind.PHONE_UNLINKED, origin=Origin(HERE, acting))
    assert event.details == {"sessions": 1, "trusted": 1}


@pytest.mark.parametrize("folder", ["accounts", "devices", "portal", "core"])
def test_nobody_else_sends_these_signals(folder: str) -> None:
    files = [path for path in Path(folder).rglob("*.py") if path.name != "events.py"]
    assert files
    found = [str(path) for path in files if any(send in path.read_text() for send in SENDERS)]
    assert not found
