"""The own code of a phone that was taken away, which takes the phone back."""

from dataclasses import dataclass, replace

from accounts.authentication.methods import VerificationContext
from accounts.authentication.proofs import Proof, Strength
from core.i18n import gettext_lazy as _
from devices.factors.authenticators import contestable
from devices.factors.methods import AuthenticatorAppMethod, AuthenticatorMatch, step_of


class OwnCode(AuthenticatorAppMethod):
    """The code of a phone that was taken away, by which the phone is taken back.

    It is no second step: `devices.views.phones.disputes` alone asks for it.
    """

    heading = _("Take your phone back")

    def match(self, verification: VerificationContext, code: str) -> "OwnCodeMatch | None":
        """Try every phone that can take itself back, whichever is right."""
        tried = [(row, step_of(row, code)) for row in contestable(verification.user).order_by("pk")]
        right = [OwnCodeMatch(row, step) for row, step in tried if step is not None]
        return right[0] if right else None


@dataclass(frozen=True)
class OwnCodeMatch(AuthenticatorMatch):
    """A right code of a phone that was taken away."""

    def consume(self) -> Proof:
        """Use the time step up; until the dispute is decided it proves no more than a recovery."""
        return replace(super().consume(), strength=Strength.RECOVERED)
