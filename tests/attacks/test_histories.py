"""A thief's acts in any order, then an owner's ordinary day: the thief is out, the owner is whole.

Hypothesis draws the histories, the same ones in each run; `make drill` draws as many others as
`LATCHKEY_HISTORIES` says.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.proofs import Strength
from accounts.steps import ways_of
from portal.outbox.sms import memory_outbox
from tests.attacks.thief_and_owner import Owner, Thief
from tests.conftest import SecureClient
from tests.people import Person, give_address, give_number, give_passkey, make_person, protected

HISTORIES = int(os.environ.get("LATCHKEY_HISTORIES", "80"))
IS_DRILL = "LATCHKEY_HISTORIES" in os.environ
KINDS = 4
MOST_ACTS = 6
NOON = 1_920_000_000  # epoch seconds; a multiple of the period of an authenticator


@contextmanager
def rolled_back() -> Iterator[time_machine.Traveller]:
    """One history: its rows, messages and hours are gone afterwards."""
    with time_machine.travel(NOON, tick=False) as clock, transaction.atomic():
        yield clock
        transaction.set_rollback(True)
    mail.outbox.clear()
    memory_outbox.clear()
    cache.clear()


def alice() -> Person:
    """Authenticator app, recovery codes, two addresses, a number."""
    person = protected("alice")
    give_address(person)
    give_number(person)
    return person


def carol() -> Person:
    """Only a password."""
    return make_person("carol")


def pia() -> Person:
    """A phone, and a passkey beside it."""
    person = protected("pia")
    give_passkey(person)
    return person


def ways(person: Person) -> set[tuple[str, str]]:
    """How the account can be signed in to, by step and target."""
    user = User.objects.get(pk=person.user.pk)
    return {(way.slug, way.target) for way in ways_of(user)}


acts = st.lists(
    st.tuples(st.integers(0, 2**32), st.sampled_from([0, 1, 31, 700, 4000])), max_size=MOST_ACTS
)


class Dice:
    """Small numbers out of a large one, the same each time."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, below: int) -> int:
        self.seed = (self.seed * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.seed >> 33) % below


def tell(make: Callable[[], Person], drawn: list[tuple[int, int]], *, mailbox: bool) -> None:
    """One history, and what has to be true in it."""
    with rolled_back() as clock:
        victim = make()
        most = Strength.RECOVERED if victim.user.has_two_step else Strength.PASSWORD
        before, address = ways(victim), victim.address
        thief = Thief.of(victim, SecureClient(), mailbox=mailbox)
        owner = Owner.of(victim, SecureClient())
        thief.sign_in()
        done = ["signed in"]
        for seed, seconds in drawn:
            clock.shift(timedelta(seconds=seconds))
            done.append(thief.act(Dice(seed)))
            assert thief.level <= most, done
        clock.shift(timedelta(seconds=61))
        owner.day(lambda: clock.shift(timedelta(seconds=60)))
        assert owner.client.get("/security/").status_code == 200, (done, "the owner is out")
        assert thief.client.get("/security/").status_code != 200, (done, "the thief is in")
        person = User.objects.get(pk=victim.user.pk)
        assert person.email == address, done
        assert before <= ways(victim), (done, before - ways(victim))
        thief.client.logout()
        thief.sign_in()
        assert thief.client.get("/security/").status_code != 200, (done, "the thief is in again")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("make", "mailbox"),
    [(alice, True), (alice, False), (pia, True), (carol, False)],
    ids=["password and mailbox", "password", "passkey", "no two-step"],
)
def test_whatever_the_thief_did_is_undone_by_the_owners_day(
    make: Callable[[], Person], mailbox: bool
) -> None:
    @settings(max_examples=HISTORIES // KINDS, derandomize=not IS_DRILL, database=None)
    @given(acts)
    def history(drawn: list[tuple[int, int]]) -> None:
        tell(make, drawn, mailbox=mailbox)

    history()
