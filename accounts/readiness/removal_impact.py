"""What removing something on purpose leaves, and what to warn of before."""

from dataclasses import dataclass

from accounts.authentication.methods import SignInOption
from accounts.models import User
from accounts.readiness import assessment
from accounts.readiness.assessment import Readiness
from accounts.readiness.loss_impact import Loss
from core.i18n import gettext as _


@dataclass(frozen=True)
class Removal:
    """The ways that are kept, and what else to know before."""

    keeps: list[SignInOption]
    warnings: list[str]


def of(user: User, *keys: str, lost: bool = False) -> Removal:
    """Look ahead at the removal of what has these possession keys.

    A lost phone takes with it what arrives on it; one that is unlinked on purpose does not.
    """
    state = assessment.of(user)
    gone = state.loss(keys) if lost else state.removal(*keys)
    warnings = _warnings(state, gone) if gone.needs_way else []
    after = [*gone.doubt, *_afterwards(gone)] if lost else []
    return Removal(list(gone.remains), [*warnings, *after])


def _afterwards(gone: Loss) -> list[str]:
    return [_("Set up a new phone right after this.")] if gone.is_lockout else []


def _warnings(before: Readiness, gone: Loss) -> list[str]:
    if gone.is_lockout:
        return [_("Only your password, which isn’t enough to sign in.")]
    worst = Readiness(before.user, gone.remains).worst
    if worst is None or not worst.is_lockout:
        return []
    said = _("Everything then depends on %(name)s: losing that would lock you out.")
    return [said % {"name": worst.gone[0].possession.name}, *worst.rides_along]
