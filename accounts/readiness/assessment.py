"""The sign-in options, what each depends on, and what is left when something is lost.

Everything is computed from `accounts.authentication.second_steps.options_for`, which is what the
sign-in offers, so that the two cannot differ. Only one thing is a guess: that text messages arrive
on the one linked phone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from accounts.authentication.factors.possessions import Paper, Possession
from accounts.authentication.methods import SignInOption
from accounts.authentication.second_steps import options_for
from accounts.models import User
from accounts.readiness.loss_impact import Loss, names
from core.i18n import Text


class Judgement(StrEnum):
    """How well an account is protected, from one look at the worst that could be lost."""

    ONLY_PASSWORD = "only_password"  # noqa: S105 # names a judgement; it is no secret
    NOTHING_LEFT = "nothing_left"
    LOCKOUT = "lockout"
    ONLY_WEAK = "only_weak"
    DOUBTFUL = "doubtful"
    PROTECTED = "protected"


TONES = {Judgement.NOTHING_LEFT: "loss", Judgement.LOCKOUT: "loss", Judgement.PROTECTED: "ok"}


@dataclass(frozen=True)
class Verdict:
    """What the overview begins with: `templates/portal/_verdict.html` says it.

    `worst` is the single loss that leaves least, if something can be lost; `ways` names what is
    there to sign in with.
    """

    judgement: Judgement
    worst: Loss | None
    ways: str

    @property
    def tone(self) -> str:
        """The tone of the page: ok, look or loss."""
        return TONES.get(self.judgement, "look")


class Group(NamedTuple):
    """Ways that depend on the same thing, and so are lost together; or several of one kind.

    `is_several` says that `loss` is that of one of them, the one that leaves least.
    """

    possession: Text
    lost_together: bool
    ways: Sequence[SignInOption]
    loss: Loss
    is_several: bool = False


@dataclass(frozen=True)
class Readiness:
    """Everything that is said about getting into an account."""

    user: User
    ways: Sequence[SignInOption]

    @property
    def codes_left(self) -> int:
        """Unused recovery codes."""
        return sum(option.left for option in self._sheets)

    @property
    def are_codes_proven(self) -> bool:
        """Whether one of the codes was typed back."""
        return all(option.is_proven for option in self._sheets)

    @property
    def are_codes_pending(self) -> bool:
        """Whether newer codes were made of which none was typed back."""
        return any(option.has_pending for option in self._sheets)

    @property
    def _sheets(self) -> list[SignInOption]:
        return [option for option in self.ways if isinstance(option.possession, Paper)]

    @property
    def phones(self) -> list[str]:
        """Possession keys of the linked phones."""
        return [key for key in self.keys if self._first(key).possession.is_phone]

    @property
    def keys(self) -> list[str]:
        """Possession keys of everything that a way depends on and that can be lost."""
        return list(dict.fromkeys(option.possession.key for option in self.ways))

    @property
    def holders(self) -> list[SignInOption]:
        """The ways that prove most, those of phones first."""
        held = [option for option in self.ways if option.method.strong]
        return sorted(held, key=lambda option: not option.possession.is_phone)

    def count(self, kind: type[Possession]) -> int:
        """Count the ways that depend on possessions of this kind."""
        return sum(isinstance(option.possession, kind) for option in self.ways)

    def _first(self, key: str) -> SignInOption:
        return next(option for option in self.ways if option.possession.key == key)

    def together(self, keys: Iterable[str]) -> frozenset[str]:
        """Add what is lost with these: with the one phone, what arrives on it."""
        lost, phones = frozenset(keys), self.phones
        if len(phones) != 1 or phones[0] not in lost:
            return lost
        return lost | {
            option.possession.key for option in self.ways if option.possession.with_phone
        }

    def without(self, keys: Iterable[str]) -> list[SignInOption]:
        """Return the ways that remain if these possessions are lost."""
        return list(self.loss(keys).remains)

    def loss(self, keys: Iterable[str]) -> Loss:
        """Say what losing these possessions, all at once, would mean."""
        named = frozenset(keys)
        return self._parted(self.together(named), named)

    def removal(self, *keys: str) -> Loss:
        """Say what it would mean if these went on purpose and nothing with them."""
        return self._parted(frozenset(keys), frozenset(keys))

    def _parted(self, lost: frozenset[str], named: frozenset[str]) -> Loss:
        gone = [option for option in self.ways if option.possession.key in lost]
        remains = [option for option in self.ways if option.possession.key not in lost]
        return Loss(gone, remains, self.user.has_two_step, lost - named)

    @property
    def losses(self) -> list[Loss]:
        """The loss of each single thing, in the order of the ways."""
        return [self.loss([key]) for key in self.keys]

    @property
    def groups(self) -> list[Group]:
        """The ways by what they depend on, as the overview draws them."""
        gathered: dict[object, list[Loss]] = {}
        for key in self.keys:
            if not self._rides_along(key):
                kind = type(self._first(key).possession)
                gathered.setdefault(kind if kind.gathered_at else key, []).append(self.loss([key]))
        return [_group(losses) for losses in gathered.values()]

    def _rides_along(self, key: str) -> bool:
        phones = self.phones
        return key not in phones and key in self.together(phones)

    @property
    def worst(self) -> Loss | None:
        """The single loss that leaves least; None if nothing can be lost."""
        held = {option.possession.key for option in self.holders}
        keys = [option.possession.key for option in (*self.holders, *self.ways)]
        ranked = sorted(dict.fromkeys(keys), key=lambda key: self._rank(key, key in held))
        return self.loss([ranked[0]]) if ranked else None

    def _rank(self, key: str, is_holder: bool) -> tuple[int, int, bool]:
        loss = self.loss([key])
        return loss.strength, len(loss.remains), not is_holder

    @property
    def verdict(self) -> Verdict:
        """Judge the account by the worst that could be lost."""
        worst = self.worst
        return Verdict(self._judge(worst), worst, names(self.ways))

    def _judge(self, worst: Loss | None) -> Judgement:
        if not self.user.has_two_step:
            return Judgement.ONLY_PASSWORD
        if worst is None:
            return Judgement.NOTHING_LEFT
        if worst.is_lockout:
            return Judgement.LOCKOUT
        if not self.holders:
            return Judgement.ONLY_WEAK
        if len(worst.doubtful) == len(worst.remains):
            return Judgement.DOUBTFUL
        return Judgement.PROTECTED


def of(user: User) -> Readiness:
    """Look at the account's real set-up."""
    return Readiness(user, options_for(user))


def _group(losses: Sequence[Loss]) -> Group:
    """Draw several of a kind as one group, if people look for them in one place."""
    first = losses[0].gone[0].possession
    if len(losses) == 1:
        return Group(first.place, len(losses[0].gone) > 1, losses[0].gone, losses[0])
    ways = [option for loss in losses for option in loss.gone]
    worst = min(losses, key=lambda loss: (loss.strength, len(loss.remains)))
    return Group(first.gathered_at, False, ways, worst, is_several=True)
