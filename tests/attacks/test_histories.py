"""A thief's acts in any order, then an owner's ordinary day: the thief is out, the owner is whole.

Hypothesis draws the acts, the same ones in each run; `make drill` draws as many as
`LATCHKEY_HISTORIES` says, others with each `LATCHKEY_SEED`. After each act that wrote something the
owner follows the notices for a day, or reads none and signs in; each day is taken back, and the
thief goes on. A history is a row of acts and a day: every beginning of what was drawn gives two.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from accounts.authentication.proofs import Strength
from tests.attacks.worlds import NEXT_DAY, World, world, writes
from tests.people import Person, give_address, give_number, give_passkey, make_person, protected

HISTORIES = int(os.environ.get("LATCHKEY_HISTORIES", "2000"))
SEED = int(os.environ.get("LATCHKEY_SEED", "0"))
SHARES = 4
"""Of each kind, so that the workers have equal parts of it."""
BY_PAGES = 40
"""One day of so many is walked page by page with everything in it, the others form by form."""
MOST_ACTS = 6
DAYS = ("day_of_mail", "day_without_mail")
BY_MAIL_ALONE = ("day_of_mail",)


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


KINDS: dict[str, tuple[Callable[[], Person], bool]] = {
    "password and mailbox": (alice, True),
    "password": (alice, False),
    "passkey": (pia, True),
    "no two-step": (carol, False),
    "no two-step, mailbox": (carol, True),
}
acts = st.lists(
    st.tuples(st.integers(0, 2**32), st.sampled_from([0, 1, 31, 700, 4000, NEXT_DAY])),
    min_size=1,
    max_size=MOST_ACTS,
)


class Dice:
    """Small numbers out of a large one, the same each time."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, below: int) -> int:
        self.seed = (self.seed * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.seed >> 33) % below


@dataclass
class Teller:
    """Tells histories of one world until there are enough."""

    world: World
    wanted: int
    told: int = 0

    def tell(self, drawn: list[tuple[int, int]]) -> None:
        """Let the thief act; whatever an act changed, the owner has a day after it."""
        done = ["signed in"]
        with self.world.taken_back():
            for number, seconds in drawn:
                if self.told >= self.wanted:
                    return
                self.world.wait(seconds)
                with writes() as written:
                    done.append(self.world.thief.act(Dice(number)))
                self.world.check(done)
                if written:
                    self.let_days_pass(done)

    def let_days_pass(self, done: list[str]) -> None:
        """Let the owner have one day and another from the same moment on."""
        # Where password and mailbox are all there is, a sign-in proves no more than the thief's.
        days = BY_MAIL_ALONE if self.world.most == Strength.TWO_STEP else DAYS
        days = (*days, "day") if self.told % BY_PAGES < len(DAYS) else days
        for day in days:
            with self.world.taken_back():
                self.world.live_a_day(done, day, by_pages=day == "day")
            self.told += 1


@pytest.mark.django_db
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_thief_did_is_undone_by_the_owners_day(kind: str, share: int) -> None:
    make, mailbox = KINDS[kind]
    wanted = HISTORIES // (len(KINDS) * SHARES)
    with world(make, mailbox=mailbox) as made:
        teller = Teller(made, wanted)

        @seed(SEED * SHARES + share)
        @settings(max_examples=4 * wanted + 20, database=None)  # most end at once
        @given(acts)
        def history(drawn: list[tuple[int, int]]) -> None:
            teller.tell(drawn)

        history()
        assert teller.told >= wanted
