"""The passkey as a second step, and alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.factors.possessions import Possession
from accounts.authentication.methods import (
    AlreadySpent,
    AuthMethod,
    Button,
    Question,
    SignInOption,
    VerificationContext,
    VerifiedCode,
)
from accounts.authentication.proofs import Proof
from accounts.models import User
from core.i18n import Text, ngettext
from core.i18n import gettext_lazy as _
from core.limits import rates
from core.web.http import RequestOrigin
from devices.factors import changed_passkeys, passkey_refusals, webauthn
from devices.factors.methods import age_of_use, strength_of
from devices.factors.relying_party import parties, party
from devices.models import Passkey


@dataclass(frozen=True)
class PasskeyMatch:
    """A right answer of a passkey of this person."""

    answered: webauthn.Answered
    client: RequestOrigin

    def consume(self) -> Proof:
        """Use the challenge up and raise the counter."""
        if not self.answered.consume():
            raise AlreadySpent
        passkey = self.answered.passkey
        if self.answered.counter_began_again:
            changed_passkeys.note_counter(passkey, origin=Origin(self.client))
        return Proof.now(PasskeyMethod.slug, strength_of(passkey), passkey.factor)


class PasskeyMethod(AuthMethod):
    """A key pair in a phone, a computer or a security key, which answers by itself.

    After the password it is the second factor whether or not it verified its owner; alone it has to
    (NIST SP 800-63B-4 2.2.1): see `devices.views.passkey_alone`.
    """

    slug = "passkey"
    label = _("Passkey")
    name = _("passkey")
    icon = "key-round"
    heading = _("Use your passkey")
    strong = True
    asks = True
    one_by_one = True
    is_typed = False
    digits = None
    longest = webauthn.ANSWER_LENGTH
    template = "devices/passkey_step.html"
    alone_template = "devices/_passkey_alone.html"
    wrong = _("This passkey was not accepted. Try again, or use another way.")

    def ways(self, user: User) -> list[SignInOption]:
        """One way for each passkey that works here, the one used last first."""
        rows = [row for row in user.passkeys.all() if row.is_usable]
        return sorted((self._way(row) for row in rows), key=age_of_use)

    def _way(self, passkey: Passkey) -> SignInOption:
        return SignInOption(
            method=self,
            target=str(passkey.public_id),
            hint=_("%(name)s, %(kept)s") % {"name": passkey.name, "kept": passkey.kept},
            possession=passkey.possession,
            strength=strength_of(passkey),
            linked_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
            asked_at=passkey.asked_at,
            counts_from=passkey.trusted_from if passkey.is_held else None,
            managed_at="devices:index",
            among=passkey.rp_id,
        )

    def factors(self, user: User, *, since: datetime | None = None) -> list[str]:
        """Name the passkeys."""
        rows = user.passkeys.all()
        newer = rows if since is None else rows.filter(created_at__gt=since)
        return [row.factor for row in newer]

    def count_strong(self, user: User) -> int:
        """Leave out those that do not sign in here."""
        return user.passkeys.usable().count()

    def erase(self, user: User) -> str:
        """Delete them, those that do not sign in here too."""
        count = user.passkeys.count()
        user.passkeys.all().delete()
        return f"{count} passkeys"

    def named(self, options: Sequence[SignInOption], lost: Sequence[Possession] = ()) -> Text:
        """Name one, and count several."""
        first, count = options[0], len({option.possession.key for option in options})
        if count == 1:
            return _("the passkey %(name)s") % {"name": first.possession.noun}
        return ngettext("%(count)d passkey", "%(count)d passkeys", count) % {"count": count}

    def clean(self, typed: str) -> str:
        """Leave the answer as the browser gave it: whatever is wrong with it costs a try."""
        return typed

    def buttons(self, ways: Sequence[SignInOption]) -> list[Button]:
        """One for the host we are at, and one for each former host that the person has one of."""
        made = [rp_id for rp_id in parties() if any(option.among == rp_id for option in ways)]
        return [Button(rp_id, _use(rp_id, _("Use your passkey"))) for rp_id in made]

    def alone_buttons(self) -> list[Button]:
        """Return the same for the sign-in page, which does not know whose they would be."""
        return [Button(rp_id, _use(rp_id, _("Sign in with a passkey"))) for rp_id in parties()]

    def options(self, verification: VerificationContext, among: str = "") -> dict[str, Any] | None:
        """Ask for one of the person's passkeys, for this purpose in this flow."""
        rows = list(verification.user.passkeys.usable())
        if not rows:
            return None
        rates.PASSKEY_CHALLENGES.take(f"{verification.user.pk}:{verification.purpose}")
        purpose, binding = verification.purpose, verification.binding
        return webauthn.prepare_answer(rows, purpose=purpose, binding=binding, rp_id=among)

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        """Verify the signature, and that it answers a question of this flow."""
        purpose, binding = verification.purpose, verification.binding
        try:
            answered = webauthn.verify_answer(
                code, purpose=purpose, binding=binding, user=verification.user
            )
        except passkey_refusals.Changed as changed:
            raise self._changed(changed, verification.client) from changed
        except passkey_refusals.Refused:
            return None
        if not verification.admits(answered.passkey.factor):
            return None
        return PasskeyMatch(answered, verification.client)

    @staticmethod
    def _changed(changed: passkey_refusals.Changed, client: RequestOrigin) -> ValidationError:
        passkey = changed.of
        changed_passkeys.note(passkey, changed.change, origin=Origin(client))
        said = changed_passkeys.refusal(passkey, changed.change)
        return ValidationError(said, code="changed")

    def explanation(self, option: SignInOption) -> Text:
        """Say what will happen."""
        return _("Your device will ask for your fingerprint, face or PIN.")

    def question(self, option: SignInOption) -> Question:
        """Ask whether the device still has this passkey."""
        return Question(
            _("Does your passkey %(name)s still work?") % {"name": option.possession.noun},
            _("You added it %(time)s ago and have not used it since.") % {"time": option.age},
            reverse("devices:add_passkey"),
            _("Add a new one"),
        )

    def note_asked(self, user: User, target: str) -> bool:
        """Write down that this passkey was asked for."""
        rows = user.passkeys.filter(public_id=target, asked_at__isnull=True)
        return rows.update(asked_at=timezone.now()) == 1


def _use(rp_id: str, here: Text) -> Text:
    return here if rp_id == party() else _("Use a passkey made at %(host)s") % {"host": rp_id}
