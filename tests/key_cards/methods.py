"""A card with a display, and a printed grid: two second steps that the site has never heard of.

`tests/portal/test_a_new_step.py` adds their paths to `settings.SECOND_STEPS`, and nothing else. The
rows that an application would keep are two dictionaries here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from django.utils import timezone

from accounts.authentication.factors.possessions import Possession, Repair
from accounts.authentication.methods import (
    AlreadySpent,
    AuthMethod,
    Question,
    SignInOption,
    VerificationContext,
    VerifiedCode,
    letters_and_digits,
)
from accounts.authentication.proofs import Proof, Strength
from accounts.holds.bindings import HANDLERS, Handler
from accounts.models import Binding, User
from core.i18n import Text


@dataclass
class Card:
    """What the person was handed, and the codes that it shows one after the other."""

    name: str
    codes: list[str]
    linked_at: datetime = field(default_factory=timezone.now)
    used_at: datetime | None = None
    was_asked: bool = False


CARDS: dict[int, list[Card]] = {}
GRIDS: dict[int, set[str]] = {}


class KeyCard(Possession):
    """A card in a wallet."""

    kind: ClassVar[str] = "key-card"
    lockout_title: ClassVar[Text] = "One lost key card would lock you out"

    @property
    def place(self) -> Text:
        return "In your wallet"

    def describe(self, hint: Text, *, rides_along: bool) -> Text:
        return "Card with a display"

    def repairs(self, *, is_strong: bool, with_number: bool) -> Sequence[Repair]:
        return [Repair("Block the lost card", ["Call the desk that issued it."], waits=True)]


class KeyCardKind(Handler):
    """A card that a weak session added: kept as it is, or taken back."""

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        CARDS.pop(user.pk, None)


HANDLERS["key-card"] = KeyCardKind()


@dataclass(frozen=True)
class CardMatch:
    """A right code of a card."""

    card: Card
    code: str
    factor: str

    def consume(self) -> Proof:
        """Use it up; an application would do so by one conditional UPDATE."""
        if self.code not in self.card.codes:
            raise AlreadySpent
        self.card.codes.remove(self.code)
        self.card.used_at = timezone.now()
        return Proof.now(KeyCardMethod.slug, Strength.TWO_STEP, self.factor)


class KeyCardMethod(AuthMethod):
    """A code from the card: as strong as an authenticator app."""

    slug = "key-card"
    label = "Key card"
    name = "key card"
    icon = "badge-check"
    heading = "Enter the code from your key card"
    strong = True
    asks = True
    one_by_one = True

    def ways(self, user: User) -> list[SignInOption]:
        return [
            SignInOption(
                method=self,
                target=f"card-{at}",
                hint=f"card {card.name}",
                possession=KeyCard(f"key-card:{at}", card.name),
                strength=Strength.TWO_STEP,
                linked_at=card.linked_at,
                last_used_at=card.used_at,
            )
            for at, card in enumerate(CARDS.get(user.pk, []))
        ]

    def factors(self, user: User, *, since: datetime | None = None) -> list[str]:
        cards = CARDS.get(user.pk, [])
        return [
            f"tests.card:{user.pk}-{at}"
            for at, card in enumerate(cards)
            if since is None or card.linked_at > since
        ]

    def erase(self, user: User) -> str:
        return f"{len(CARDS.pop(user.pk, []))} key cards"

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        user = verification.user
        pairs = zip(self.factors(user), CARDS.get(user.pk, []), strict=True)
        return next(
            (
                CardMatch(card, code, factor)
                for factor, card in pairs
                if verification.admits(factor) and code in card.codes
            ),
            None,
        )

    def explanation(self, option: SignInOption) -> Text:
        return "Press the button on the card."

    def question(self, option: SignInOption) -> Question:
        return Question(
            "Do you still have the card?", "You never used it.", "/desk/", "Get another"
        )

    def note_asked(self, user: User, target: str) -> bool:
        card = CARDS[user.pk][int(target.rpartition("-")[2])]
        was, card.was_asked = card.was_asked, True
        return not was


@dataclass(frozen=True)
class GridMatch:
    """A right cell of a grid."""

    user: User
    cell: str

    def consume(self) -> Proof:
        """Use it up."""
        if self.cell not in GRIDS[self.user.pk]:
            raise AlreadySpent
        GRIDS[self.user.pk].remove(self.cell)
        return Proof.now(GridMethod.slug, Strength.RECOVERED, f"tests.grid:{self.user.pk}")


class GridMethod(AuthMethod):
    """A printed grid: no more than what an `AuthMethod` must say, and the rest by default."""

    slug = "grid"
    label = "Printed grid"
    name = "printed grid"
    icon = "file-text"
    heading = "Enter a cell of your grid"
    digits = None

    def ways(self, user: User) -> list[SignInOption]:
        if not GRIDS.get(user.pk):
            return []
        possession = Possession("grid", "printed grid")
        return [
            SignInOption(
                method=self,
                target="grid",
                hint="printed by the desk",
                possession=possession,
                strength=Strength.RECOVERED,
                left=len(GRIDS[user.pk]),
                is_proven=False,
            )
        ]

    def clean(self, typed: str) -> str:
        return letters_and_digits(typed).upper()

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        found = code in GRIDS.get(verification.user.pk, set())
        return GridMatch(verification.user, code) if found else None

    def explanation(self, option: SignInOption) -> Text:
        return "Any cell that you have not crossed out."
