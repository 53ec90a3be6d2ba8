"""The way back in after a loss, step by step: what the site would do, without doing any of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from accounts.authentication.factors.possessions import Repair
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import Strength
from accounts.models import User
from accounts.readiness.assessment import Readiness
from accounts.readiness.loss_impact import Loss, names
from accounts.recovery_cases.opening import wait_of
from core.i18n import Text


@dataclass(frozen=True)
class Thing:
    """Something that can be lost; `value` names it in the address of the page."""

    value: str
    icon: str
    name: str
    hint: Text
    is_lost: bool


def value_of(option: SignInOption) -> str:
    """Return how an address names what a way depends on."""
    return option.target or option.possession.kind


def chosen(state: Readiness, values: Sequence[str]) -> frozenset[str]:
    """Return the person's possessions that these values name; anything else is ignored."""
    return frozenset(option.possession.key for option in state.ways if value_of(option) in values)


def things(state: Readiness, lost: frozenset[str]) -> list[Thing]:
    """List what can be lost, each once."""
    firsts = {option.possession.key: option for option in reversed(state.ways)}
    along = state.together(state.phones)
    return [
        _thing(firsts[key], is_lost=key in lost, rides_along=key in along) for key in state.keys
    ]


def _thing(option: SignInOption, *, is_lost: bool, rides_along: bool) -> Thing:
    possession = option.possession
    hint = possession.describe(option.hint, rides_along=rides_along)
    return Thing(value_of(option), option.icon, str(possession.title), hint, is_lost)


@dataclass(frozen=True)
class WayBack:
    """What the way from the sign-in page to an account that is whole again is made of.

    `templates/accounts/_way_back.html` says it. `care` is what to make sure of first, and
    `repairs` are what each lost thing asks for, with whether that has to wait.
    """

    loss: Loss
    care: Sequence[Text]
    strong: Sequence[SignInOption]
    weak: Sequence[SignInOption]
    repairs: Sequence[tuple[Repair, bool]]

    @property
    def begins_with_lost(self) -> bool:
        """Whether the sign-in may ask for something first that is lost."""
        return any(option.method.strong for option in self.loss.gone)

    @property
    def strong_names(self) -> str:
        """Name what proves enough for everything."""
        return names(self.strong, self.loss.possessions)

    @property
    def weak_names(self) -> str:
        """Name what does not."""
        return names(self.weak, self.loss.possessions)

    @property
    def longest_hold(self) -> timedelta:
        """How long what is linked then waits, by the very rule that will make it wait."""
        return max(option.method.hold() for option in self.weak)

    @property
    def shortest_hold(self) -> timedelta:
        """How long it waits after what proves more."""
        return min(option.method.hold() for option in self.weak)

    @property
    def sooner_names(self) -> str:
        """Name what proves more; "" if all hold equally long."""
        longest = self.longest_hold
        return names([option for option in self.weak if option.method.hold() < longest])

    @property
    def renews_codes(self) -> bool:
        """Whether recovery codes are made again."""
        return any(possession.renews_codes for possession in self.loss.possessions)


@dataclass(frozen=True)
class Case:
    """What asking for the account would take, when nothing else is left.

    `contacts` are the recovery contacts whose word counts now; `needed` of them are worth one of
    the two officers.
    """

    days: int
    contacts: int
    needed: int

    @property
    def has_enough(self) -> bool:
        """Whether the contacts make up for an officer."""
        return self.contacts >= self.needed


def case_of(user: User) -> Case:
    """Say what a recovery case of this account would take now."""
    contacts = user.recovery_contacts.counting().values("person").distinct().count()
    days = wait_of(has_two_step=user.has_two_step).days
    return Case(days, contacts, settings.RECOVERY_CONTACTS_NEEDED)


def way_back(loss: Loss) -> WayBack:
    """Return the way back in after a loss that is no lock-out."""
    left = [option.possession.without_phone for option in loss.remains]
    return WayBack(
        loss=loss,
        care=[words for words in dict.fromkeys(left) if words and loss.has_phone],
        strong=[option for option in loss.remains if option.strength >= Strength.TWO_STEP],
        weak=[option for option in loss.remains if option.strength < Strength.TWO_STEP],
        repairs=_repairs(loss),
    )


def _repairs(loss: Loss) -> list[tuple[Repair, bool]]:
    """Return what each lost thing asks for, once; a phone's first."""
    is_strong, with_number = loss.strength >= Strength.TWO_STEP, bool(loss.texts_too)
    named = [each for each in loss.possessions if each.key not in loss.along]
    found: list[Repair] = []
    for possession in sorted(named, key=lambda each: not each.is_phone):
        for repair in possession.repairs(is_strong=is_strong, with_number=with_number):
            if repair not in found:  # two mailboxes are replaced in one step
                found.append(repair)
    return [(repair, repair.waits and not is_strong) for repair in found]
