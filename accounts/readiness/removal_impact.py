"""What removing something on purpose leaves, and what to warn of before."""

from dataclasses import dataclass

from accounts.authentication.methods import SignInOption
from accounts.models import User
from accounts.readiness import assessment
from accounts.readiness.assessment import Readiness
from accounts.readiness.loss_impact import Loss


@dataclass(frozen=True)
class Removal:
    """The ways that are kept, and what else to know before: `templates/_parts/warnings.html`.

    `depends_on` is the loss that would lock the person out then; `gone` is what goes, with a phone
    that `is_lost` or on purpose.
    """

    gone: Loss
    depends_on: Loss | None
    is_lost: bool

    @property
    def keeps(self) -> list[SignInOption]:
        """The ways that are kept."""
        return list(self.gone.remains)

    @property
    def has_warnings(self) -> bool:
        """Whether there is something to weigh before."""
        is_doubtful = self.is_lost and bool(self.gone.doubt)
        return self.gone.is_lockout or self.depends_on is not None or is_doubtful


def of(user: User, *keys: str, lost: bool = False) -> Removal:
    """Look ahead at the removal of what has these possession keys.

    A lost phone takes with it what arrives on it; one that is unlinked on purpose does not.
    """
    state = assessment.of(user)
    gone = state.loss(keys) if lost else state.removal(*keys)
    return Removal(gone, _depends_on(user, gone), lost)


def _depends_on(user: User, gone: Loss) -> Loss | None:
    worst = Readiness(user, gone.remains).worst
    return worst if worst and worst.is_lockout else None
