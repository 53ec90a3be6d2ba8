"""A saved recovery code as a second step."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from accounts.authentication.factors import recovery_codes
from accounts.authentication.factors.possessions import Paper
from accounts.authentication.methods import (
    AlreadySpent,
    AuthMethod,
    SignInOption,
    UsedUp,
    VerificationContext,
    VerifiedCode,
)
from accounts.authentication.proofs import Proof, Strength
from accounts.models import RecoveryCode, RecoveryCodeSet, User
from core.i18n import Text, ngettext
from core.i18n import gettext_lazy as _


@dataclass(frozen=True)
class RecoveryCodeMatch:
    """A recovery code that is right and was not used yet."""

    row: RecoveryCode

    def consume(self) -> Proof:
        """Use the code up."""
        if not self.row.consume():
            raise AlreadySpent
        factor = RecoveryCodeSet.factor_of(self.row.code_set_id)
        return Proof.now(RecoveryCodeMethod.slug, Strength.RECOVERED, factor)


class RecoveryCodeMethod(AuthMethod):
    """One of the codes that were saved when two-step verification was set up."""

    slug = "recovery-code"
    label = _("Recovery code")
    name = _("recovery code")
    noun = _("a recovery code")
    icon = "file-text"
    heading = _("Enter a recovery code")
    shortcut = _("Use a recovery code")
    is_kept_for_later = True
    in_fours = True
    digits = None

    def ways(self, user: User) -> list[SignInOption]:
        """One way as long as a code is left."""
        held = recovery_codes.summary(user)
        if not held.left:
            return []
        hint = ngettext(
            "%(left)d left, from the sheet of %(date)s",
            "%(left)d left, from the sheet of %(date)s",
            held.left,
        ) % {"left": held.left, "date": date_format(timezone.localtime(held.made_at), "j F Y")}
        return [
            SignInOption(
                method=self,
                target="",
                hint=hint,
                possession=Paper(Paper.kind, _("paper")),
                strength=Strength.RECOVERED,
                left=held.left,
                managed_at="accounts:recovery_codes",
                is_proven=held.confirmed,
                has_pending=held.pending is not None and held.is_replaceable,
            )
        ]

    def factors(self, user: User, *, since: datetime | None = None) -> list[str]:
        """Name the sets that live."""
        sets = user.recovery_code_sets.live()
        newer = sets if since is None else sets.filter(created_at__gt=since)
        return newer.factors()

    def erase(self, user: User) -> str:
        """End every sheet."""
        return f"{user.recovery_code_sets.live().end()} sheets of recovery codes"

    def hold(self) -> timedelta:
        """A saved code shows more than a mailbox does: `RECOVERY_HOLD_SAVED_CODE`, if shorter."""
        saved: timedelta = settings.RECOVERY_HOLD_SAVED_CODE
        return min(super().hold(), saved)

    def used_up(self, user: User) -> UsedUp | None:
        """Count the codes that are left."""
        left = recovery_codes.summary(user).left
        words = ngettext(
            "That code is used up. You have %(left)d recovery code left.",
            "That code is used up. You have %(left)d recovery codes left.",
            left,
        )
        return UsedUp(words % {"left": left}, is_last=not left)

    def clean(self, typed: str) -> str:
        """Return the sixteen characters; a typo that fails the check character costs no try."""
        return recovery_codes.clean(typed)

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        """Find the unused code of a live set; `ValidationError` says if it is from an older one."""
        row = recovery_codes.find(verification.user, code)
        if row is None or not verification.admits(RecoveryCodeSet.factor_of(row.code_set_id)):
            return None
        return RecoveryCodeMatch(row)

    def explanation(self, option: SignInOption) -> Text:
        """Say what a recovery code looks like."""
        return _("Any unused code from your saved sheet: four groups of four characters.")
