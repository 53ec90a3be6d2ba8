"""The second steps of an account, and the three that depend on contacts and paper.

`settings.SECOND_STEPS` names the classes in the order in which they are offered. A new method is
one class here (or in `devices`) and one entry there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.module_loading import import_string

from accounts.authentication import recovery_codes, sent_codes
from accounts.authentication.methods import (
    AlreadySpent,
    AuthMethod,
    Possession,
    Question,
    SignInOption,
    Text,
    VerificationContext,
    VerifiedCode,
)
from accounts.authentication.proofs import Proof, Strength
from accounts.holds import bindings
from accounts.models import EmailAddress, PhoneNumber, RecoveryCode, SentCode, User
from accounts.models.contact import Contact
from core.i18n import gettext_lazy as _
from core.i18n import ngettext
from core.outbox import sms_limits


@cache
def second_steps() -> tuple[AuthMethod, ...]:
    """Return the steps of `settings.SECOND_STEPS`, in order."""
    return tuple(import_string(path)() for path in settings.SECOND_STEPS)


def step_named(slug: str) -> AuthMethod | None:
    """Return the step with this name in URLs."""
    return next((step for step in second_steps() if step.slug == slug), None)


def options_for(user: User) -> list[SignInOption]:
    """Return every way this account has, strongest first."""
    return [option for step in second_steps() for option in step.ways(user)]


def best_way(user: User, preferred: str = "") -> SignInOption | None:
    """Return the way to begin with: the preferred step if it is offered, else the strongest.

    Asks no further step once one is found.
    """
    steps = sorted(second_steps(), key=lambda step: step.slug != preferred)
    return next((option for step in steps for option in step.ways(user)[:1]), None)


@dataclass(frozen=True)
class SentCodeMatch:
    """A sent code that was typed correctly."""

    code: SentCode
    method: str

    def consume(self) -> Proof:
        """Use the code up."""
        if not self.code.consume():
            raise AlreadySpent
        contacts = PhoneNumber if self.code.channel == "sms" else EmailAddress
        contacts.objects.filter(pk=self.code.contact_id).update(last_used_at=timezone.now())
        factor = f"accounts.{self.code.channel}:{self.code.contact_id}"
        return Proof.now(self.method, Strength.RECOVERED, factor)


class SentCodeMethod(AuthMethod):
    """A code that travels by a contact of the person."""

    sends = True
    channel: ClassVar[str]
    decline_label: ClassVar[Text]
    accept_label: ClassVar[Text]
    declined_label: ClassVar[Text]

    def contacts(self, user: User) -> Sequence[Contact]:
        """Return the confirmed contacts that may be used now; none if the person said never."""
        return [] if user.has_declined(self.slug) else self._usable(user)

    def _usable(self, user: User) -> Sequence[Contact]:
        raise NotImplementedError

    def _without_held(self, user: User, rows: Sequence[Contact]) -> Sequence[Contact]:
        """Leave out what was added on the password and proves nothing beside it yet."""
        held = bindings.held_subjects(user)
        return [row for row in rows if f"accounts.{self.channel}:{row.pk}" not in held]

    def may_be_declined(self) -> bool:
        """A message can be read by anyone who holds the mailbox or the number."""
        return True

    def ways(self, user: User) -> list[SignInOption]:
        """One way for each contact."""
        return [self._way(contact) for contact in self.contacts(user)]

    def _way(self, contact: Contact) -> SignInOption:
        return SignInOption(
            slug=self.slug,
            target=str(contact.public_id),
            label=self.label,
            hint=_("to %(contact)s") % {"contact": contact.masked},
            icon=self.icon,
            possession=Possession(contact.possession_kind, contact.possession_key, contact.masked),
            strength=Strength.RECOVERED,
            sends=True,
            managed_at="accounts:contact",
            linked_at=contact.verified_at,
            last_used_at=contact.last_used_at,
            asked_at=getattr(contact, "asked_at", None),  # of a mailbox nothing is asked
        )

    def explanation(self, option: SignInOption) -> Text:
        """Say where to look."""
        return _("Type the six digits that we sent %(hint)s.") % {"hint": option.hint}

    def factors(self, user: User, *, since: datetime | None = None) -> list[str]:
        """Name the contacts."""
        rows = [(row.pk, row.verified_at) for row in self.contacts(user)]
        newer = [pk for pk, at in rows if since is None or (at and at > since)]
        return [f"accounts.{self.channel}:{pk}" for pk in newer]

    def send(self, verification: VerificationContext, target: str) -> SentCode:
        """Queue a code to the contact with this public id."""
        contacts = self.contacts(verification.user)
        contact = next((row for row in contacts if str(row.public_id) == target), None)
        if contact is None:
            raise sent_codes.NotYours
        return sent_codes.send(
            sent_codes.Delivery(self.channel, str(contact), contact.pk),
            user=verification.user,
            purpose=verification.purpose,
            binding=verification.binding,
            client=verification.client,
        )

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        """Compare with the live code of this very flow, if its contact still counts."""
        sent = sent_codes.live_code(verification.purpose, verification.binding, self.channel)
        if sent is None or sent.user_id != verification.user.pk:
            return None
        if sent.contact_id not in {contact.pk for contact in self.contacts(verification.user)}:
            return None
        if not verification.admits(f"accounts.{self.channel}:{sent.contact_id}"):
            return None
        if not sent.take_try() or not sent.is_code(code):
            return None
        return SentCodeMatch(sent, self.slug)


class EmailCodeMethod(SentCodeMethod):
    """A code by e-mail; never to the mailbox that has just reset the password."""

    slug = "email"
    label = _("E-mail a code")
    icon = "mail"
    heading = _("Enter the code from your e-mail")
    channel = "email"
    decline_label = _("Never use e-mail for me")
    accept_label = _("Use e-mail again")
    declined_label = _("You turned off codes by e-mail.")

    def _usable(self, user: User) -> Sequence[Contact]:
        """Return verified addresses but the one that counted for a password reset."""
        addresses = user.email_addresses.verified().order_by("pk")
        usable = [row for row in addresses if row.pk != user.reset_mailbox_id]
        return self._without_held(user, usable)


class TextMessageMethod(SentCodeMethod):
    """A code by text message, where a gateway is configured."""

    slug = "sms"
    label = _("Text a code")
    icon = "message-circle"
    heading = _("Enter the code from the text message")
    channel = "sms"
    asks = True
    decline_label = _("Never use text messages for me")
    accept_label = _("Use text messages again")
    declined_label = _("You turned off codes by text message.")

    def may_be_declined(self) -> bool:
        """Only where there is a gateway."""
        return bool(settings.SMS_URL)

    def _usable(self, user: User) -> Sequence[Contact]:
        """Return verified numbers that may get messages today; none without a gateway."""
        if not settings.SMS_URL:
            return []
        rows = user.phone_numbers.verified().order_by("pk")
        usable = [row for row in rows if sms_limits.is_open(str(row))]
        return self._without_held(user, usable)

    def question(self, option: SignInOption) -> Question:
        """Ask whether the number still is the person's."""
        return Question(
            _("Do text messages to %(number)s still arrive?") % {"number": option.possession.name},
            _("You confirmed it %(time)s ago and have not used it since.") % {"time": option.age},
            reverse("accounts:contact"),
            _("Change the number"),
        )

    def note_asked(self, user: User, target: str) -> bool:
        """Write down that this number was asked for."""
        rows = user.phone_numbers.filter(public_id=target, asked_at__isnull=True)
        return rows.update(asked_at=timezone.now()) == 1


@dataclass(frozen=True)
class RecoveryCodeMatch:
    """A recovery code that is right and was not used yet."""

    row: RecoveryCode

    def consume(self) -> Proof:
        """Use the code up."""
        if not self.row.consume():
            raise AlreadySpent
        return Proof.now(
            "recovery-code", Strength.RECOVERED, f"accounts.set:{self.row.code_set_id}"
        )


class RecoveryCodeMethod(AuthMethod):
    """One of the codes that were saved when two-step verification was set up."""

    slug = "recovery-code"
    label = _("Recovery code")
    icon = "file-text"
    heading = _("Enter a recovery code")
    shortcut = _("Use a recovery code")
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
        possession = Possession("paper", "paper", _("paper"))
        return [
            SignInOption(
                slug=self.slug,
                target="",
                label=self.label,
                hint=hint,
                icon=self.icon,
                possession=possession,
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
        return [f"accounts.set:{pk}" for pk in newer.values_list("pk", flat=True)]

    def clean(self, typed: str) -> str:
        """Return the sixteen characters; a typo that fails the check character costs no try."""
        return recovery_codes.clean(typed)

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        """Find the unused code of a live set; a code of an older set is told so."""
        row = recovery_codes.find(verification.user, code)
        if row is None or not verification.admits(f"accounts.set:{row.code_set_id}"):
            return None
        return RecoveryCodeMatch(row)

    def explanation(self, option: SignInOption) -> Text:
        """Say what a recovery code looks like."""
        return _("Any unused code from your saved sheet: four groups of four characters.")
