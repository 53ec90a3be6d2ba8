"""One verification: who proves what they have, for what, and what counts there.

Signing in and confirming ask the same of it; the views put it on pages (`views/signing_in`).
"""

from dataclasses import dataclass

from accounts.authentication.methods import AuthMethod, Kept, SignInOption, VerificationContext
from accounts.authentication.proofs import Strength
from accounts.authentication.second_steps import second_steps
from accounts.models import User


@dataclass(frozen=True)
class Verification:
    """What is asked for: options of at least this strength, of these steps (of all if none named).

    `confirming` is a verification in a session that is open already.
    """

    context: VerificationContext
    least: Strength = Strength.NOTHING
    only: frozenset[str] = frozenset()
    confirming: bool = False

    @property
    def user(self) -> User:
        """Who has to prove it."""
        return self.context.user

    def offers(self, step: AuthMethod) -> bool:
        """Tell whether this kind of step counts here at all; the step itself judges the rest."""
        is_strong_enough = step.strong or self.least < Strength.TWO_STEP
        return is_strong_enough and (not self.only or step.slug in self.only)

    def options_of(self, step: AuthMethod) -> list[SignInOption]:
        """Return what this step offers here."""
        if not self.offers(step):
            return []
        return [option for option in step.ways(self.user) if option.strength >= self.least]

    def options(self) -> list[SignInOption]:
        """Return everything that is offered here, strongest first."""
        return [option for step in second_steps() for option in self.options_of(step)]

    def best(self, preferred: str = "") -> SignInOption | None:
        """Return the option to begin with: the preferred step's if it has one, else the strongest.

        Asks no further step once one is found.
        """
        steps = sorted(second_steps(), key=lambda step: step.slug != preferred)
        return next((option for step in steps for option in self.options_of(step)[:1]), None)

    def kept(self) -> list[Kept]:
        """Return what was taken away and can take itself back, where somebody signs in."""
        if self.confirming:
            return []
        return [each for step in second_steps() for each in step.kept(self.user)]

    def shortcuts(self, here: AuthMethod) -> list[AuthMethod]:
        """Return the steps that a link leads to at once, past the picker, if the account has them.

        None when confirming: a spare code is not to be spent where a phone is at hand.
        """
        if self.confirming:
            return []
        others = [step for step in second_steps() if step.shortcut and step != here]
        return [step for step in others if self.options_of(step)]
