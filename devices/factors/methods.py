"""The authenticator app as a second step, and how strong a device proves."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.authentication.factors.possessions import Possession
from accounts.authentication.methods import (
    AlreadySpent,
    AuthMethod,
    CannotCheck,
    Kept,
    Question,
    SignInOption,
    VerificationContext,
    VerifiedCode,
    digits_of,
)
from accounts.authentication.proofs import Proof, Strength
from accounts.models import User
from core.i18n import Text, listed, ngettext
from core.i18n import gettext_lazy as _
from core.keys.crypto import CannotUnseal
from devices.factors.authenticators import OnPhone, contestable, on_phones, usable
from devices.models import Authenticator, Passkey
from devices.models.authenticator import factor_of

NO_WAY_IN = _(
    "The app’s backup doesn’t sign you in. To open the backup, you first sign in another way."
)
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuthenticatorMatch:
    """A code that is right, and the time step that it belongs to."""

    authenticator: Authenticator
    step: int

    def consume(self) -> Proof:
        """Use the time step up."""
        if not self.authenticator.consume(self.step):
            raise AlreadySpent
        factor, strength = self.authenticator.factor, strength_of(self.authenticator)
        return Proof.now(AuthenticatorAppMethod.slug, strength, factor)


def strength_of(authenticator: Authenticator | Passkey) -> Strength:
    """Return what it proves now: no more than a recovery while the hold lasts."""
    return Strength.RECOVERED if authenticator.is_held else Strength.TWO_STEP


class AuthenticatorAppMethod(AuthMethod):
    """A time-based code from an app; all linked phones of the person are tried for it."""

    slug = "authenticator"
    label = _("Authenticator app")
    name = _("authenticator app")
    icon = "smartphone"
    heading = _("Enter the code from your authenticator app")
    strong = True
    asks = True
    one_by_one = True
    digits = settings.AUTHENTICATOR_DIGITS

    def ways(self, user: User) -> list[SignInOption]:
        """One way for each linked phone, the one used last first."""
        return sorted((self._way(each) for each in on_phones(user)), key=age_of_use)

    def _way(self, held: OnPhone) -> SignInOption:
        phone = held.phone
        return SignInOption(
            method=self,
            target=str(phone.public_id),
            hint=held.hint,
            possession=phone.possession,
            strength=strength_of(held.best),
            linked_at=held.linked_at,
            last_used_at=held.last_used_at,
            asked_at=held.asked_at,
            counts_from=held.best.counts_from if held.best.is_held else None,
            managed_at="devices:index",
            shows=held.names,
            note=NO_WAY_IN if held.keeps_backup else "",
        )

    def factors(self, user: User, *, since: datetime | None = None) -> list[str]:
        """Name the authenticators that count."""
        rows = usable(user)
        newer = rows if since is None else rows.filter(created_at__gt=since)
        return [factor_of(pk) for pk in newer.values_list("pk", flat=True)]

    def erase(self, user: User) -> str:
        """Erase the portal's secrets; the app, and its backup, stay: they prove nothing here."""
        secrets = Authenticator.objects.filter(user=user, enrolment__isnull=True)
        count = secrets.count()
        secrets.delete()
        user.phones.filter(installation__isnull=True).delete()
        return f"{count} phones"

    def named(self, options: Sequence[SignInOption], lost: Sequence[Possession] = ()) -> Text:
        """Name one phone, and count several."""
        count = len({option.possession.key for option in options})
        if count == 1:
            return super().named(options, lost)
        return ngettext("%(count)d phone", "%(count)d phones", count) % {"count": count}

    def clean(self, typed: str) -> str:
        """Return six ASCII digits."""
        return digits_of(typed, settings.AUTHENTICATOR_DIGITS)

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        """Try every linked phone, whichever is right, and return the first that is."""
        rows = [
            row
            for row in usable(verification.user).order_by("pk")
            if verification.admits(row.factor)
        ]
        readable = [row for row in rows if _is_readable(row)]
        tried = [(row, row.find_step(code)) for row in readable]
        right = [AuthenticatorMatch(row, step) for row, step in tried if step is not None]
        if not right and len(readable) < len(rows):
            # Were nothing counted while another phone can be guessed at, its codes would be free.
            raise CannotCheck(counts=bool(readable))
        if not right and verification.purpose == "sign-in":
            _refuse_if_kept(verification.user, code)
        return right[0] if right else None

    def kept(self, user: User) -> list[Kept]:
        """Return the phones that a recovered session called lost or suspended."""
        rows = user.phones.contestable().filter(authenticators__confirmed=True).distinct()
        return [
            Kept(row.name, row.reported_at, row.contestable_until, row.sealed_until is not None)
            for row in rows
        ]

    def explanation(self, option: SignInOption) -> Text:
        """Say where the code is to be found."""
        return _("Open the app %(hint)s and type the six digits it shows for %(site)s.") % {
            "hint": _("on %(phone)s") % {"phone": option.possession.name},
            "site": _either(option.shows),
        }

    def question(self, option: SignInOption) -> Question:
        """Ask whether the app on this phone still shows codes."""
        return Question(
            _("Does the app on your %(phone)s still work?") % {"phone": option.possession.noun},
            _("You linked it %(time)s ago and have not used it since.") % {"time": option.age},
            f"{reverse('devices:new_phone')}?replaces={option.target}",
            _("Set it up again"),
        )

    def note_asked(self, user: User, target: str) -> bool:
        """Write down that this phone was asked for."""
        rows = Authenticator.objects.filter(user=user, phone__public_id=target)
        return rows.filter(asked_at__isnull=True).update(asked_at=timezone.now()) > 0


def _refuse_if_kept(user: User, code: str) -> None:
    """Say what happened to anyone who types the code of a phone that was taken away."""
    for row in contestable(user):
        if step_of(row, code) is not None:
            words = _(
                "This code is from %(phone)s, which is no longer in use here. Do you have "
                "that phone with you?"
            )
            raise ValidationError(str(words) % {"phone": row.phone.name}, code="kept")


def _either(names: Sequence[str]) -> str:
    *others, last = names or [settings.PORTAL_NAME]
    if not others:
        return last
    return str(_("%(first)s or %(last)s") % {"first": listed(others), "last": last})


def age_of_use(option: SignInOption) -> float:
    """Sort the way that was used last first."""
    return -option.last_used_at.timestamp() if option.last_used_at else 0.0


def step_of(authenticator: Authenticator, code: str) -> int | None:
    """Return the unused time step that a code belongs to; None of a secret that cannot be read."""
    return authenticator.find_step(code) if _is_readable(authenticator) else None


def _is_readable(authenticator: Authenticator) -> bool:
    try:
        return bool(authenticator.secret)
    except CannotUnseal as error:
        logger.critical("authenticator %d cannot be read: %s", authenticator.pk, error)
        return False
