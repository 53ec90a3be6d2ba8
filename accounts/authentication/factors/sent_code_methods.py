"""Codes that are sent as second steps, one to each confirmed contact."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.authentication.factors import sent_codes
from accounts.authentication.factors.possessions import Possession
from accounts.authentication.methods import (
    AlreadySpent,
    AuthMethod,
    Question,
    SignInOption,
    VerificationContext,
    VerifiedCode,
)
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import second_steps
from accounts.holds import bindings
from accounts.models import EmailAddress, PhoneNumber, SentCode, User
from accounts.models.contact import Contact
from core.i18n import Text
from core.i18n import gettext_lazy as _
from core.outbox.sms import sms_limits

NOT_NOW = _("You can’t sign in with it at the moment.")


@dataclass(frozen=True)
class SentCodeMatch:
    """A sent code that was typed correctly."""

    code: SentCode
    method: str
    contacts: type[Contact]

    def consume(self) -> Proof:
        """Use the code up."""
        if not self.code.consume():
            raise AlreadySpent
        rows = self.contacts._default_manager.filter(pk=self.code.contact_id)
        rows.update(last_used_at=timezone.now())
        factor = self.contacts.factor_of(self.code.contact_id)
        return Proof.now(self.method, Strength.RECOVERED, factor)


class SentCodeMethod(AuthMethod):
    """A code that travels by a contact of the person."""

    sends = True
    contact_type: ClassVar[type[Contact]]
    noun_elsewhere: ClassVar[Text]  # the noun, where one of its contacts is lost
    decline_label: ClassVar[Text]
    decline_act: ClassVar[Text]  # of the button, after "to"
    accept_label: ClassVar[Text]
    accept_act: ClassVar[Text]
    declined_label: ClassVar[Text]

    @property
    def channel(self) -> str:
        """By which its codes travel."""
        return self.contact_type.channel

    def contacts(self, user: User) -> Sequence[Contact]:
        """Return the confirmed contacts that may be used now; none if the answer is never."""
        return [] if user.never_uses(self.slug) else self._usable(user)

    def _usable(self, user: User) -> Sequence[Contact]:
        raise NotImplementedError

    def _without_held(self, user: User, rows: Sequence[Contact]) -> Sequence[Contact]:
        """Leave out what was added on the password and proves nothing beside it yet."""
        held = bindings.held_subjects(user)
        return [row for row in rows if row.factor not in held]

    def may_be_declined(self) -> bool:
        """A message can be read by anyone who holds the mailbox or the number."""
        return True

    def ways(self, user: User) -> list[SignInOption]:
        """One way for each contact."""
        return [self._way(contact) for contact in self.contacts(user)]

    def _way(self, contact: Contact) -> SignInOption:
        return SignInOption(
            method=self,
            target=str(contact.public_id),
            hint=_("to %(contact)s") % {"contact": contact.masked},
            possession=contact.possession,
            strength=Strength.RECOVERED,
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
        rows = [(row.factor, row.verified_at) for row in self.contacts(user)]
        return [factor for factor, at in rows if since is None or (at and at > since)]

    def named(self, options: Sequence[SignInOption], lost: Sequence[Possession] = ()) -> Text:
        """Name it once, however many contacts there are; with one of them lost it is another."""
        is_elsewhere = any(isinstance(each, self.contact_type.possession_type) for each in lost)
        return self.noun_elsewhere if is_elsewhere else self.noun

    def why_not(self, user: User, contact: Contact) -> Text:
        """Say why a confirmed contact is no way of this person, as far as that is known."""
        if user.bars(self.slug):
            return _(
                "Your organisation doesn’t allow codes this way, so you can’t sign in with it. "
                "You still get notices here."
            )
        if user.has_declined(self.slug):
            return _(
                "You turned off codes this way, so you can’t sign in with it. You still "
                "get notices here."
            )
        return NOT_NOW

    def sent(self, verification: VerificationContext) -> SentCode | None:
        """Return the code sent in this flow that can still be typed."""
        return sent_codes.live_code(verification.purpose, verification.binding, self.channel)

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

    def is_sent_to(self, sent: SentCode, option: SignInOption) -> bool:
        """Tell whether it went to the contact of this option."""
        return option.possession.key == self.contact_type.possession_key_of(sent.contact_id)

    def match(self, verification: VerificationContext, code: str) -> VerifiedCode | None:
        """Compare with the live code of this very flow, if its contact still counts."""
        sent = self.sent(verification)
        if sent is None or sent.user_id != verification.user.pk:
            return None
        contacts = {contact.pk: contact for contact in self.contacts(verification.user)}
        contact = contacts.get(sent.contact_id)
        if contact is None or not verification.admits(contact.factor):
            return None
        if not sent.take_try() or not sent.is_code(code):
            return None
        return SentCodeMatch(sent, self.slug, self.contact_type)


def why_not(user: User, contact: Contact) -> str:
    """Say why a confirmed contact does not sign this person in, as far as that is known."""
    steps = [step for step in second_steps() if isinstance(step, SentCodeMethod)]
    own = next((step for step in steps if isinstance(contact, step.contact_type)), None)
    return str(own.why_not(user, contact) if own else NOT_NOW)


class EmailCodeMethod(SentCodeMethod):
    """A code by e-mail; never to the mailbox that has just reset the password."""

    slug = "email"
    label = _("E-mail a code")
    name = _("e-mail code")
    noun = _("a code by e-mail")
    noun_elsewhere = _("a code to another address")
    icon = EmailAddress.icon
    heading = _("Enter the code from your e-mail")
    reads_mailbox = True
    contact_type = EmailAddress
    decline_label = _("Never use e-mail for me")
    decline_act = _("turn off codes by e-mail")
    accept_label = _("Use e-mail again")
    accept_act = _("allow codes by e-mail again")
    declined_label = _("You turned off codes by e-mail.")

    def _usable(self, user: User) -> Sequence[Contact]:
        """Return verified addresses but the one that counted for a password reset."""
        addresses = user.email_addresses.verified().order_by("pk")
        usable = [row for row in addresses if row.pk != user.reset_mailbox_id]
        return self._without_held(user, usable)

    def why_not(self, user: User, contact: Contact) -> Text:
        """Name the reset of the password, if that is why."""
        if user.never_uses(self.slug) or user.reset_mailbox_id != contact.pk:
            return super().why_not(user, contact)
        return _(
            "Your password was reset through this address. You can sign in with it "
            "again once you’ve signed in another way."
        )


class TextMessageMethod(SentCodeMethod):
    """A code by text message, where a gateway is configured."""

    slug = "sms"
    label = _("Text a code")
    name = _("text message")
    noun = _("a text message")
    noun_elsewhere = _("a text message to another number")
    icon = PhoneNumber.icon
    heading = _("Enter the code from the text message")
    contact_type = PhoneNumber
    asks = True
    decline_label = _("Never use text messages for me")
    decline_act = _("turn off text messages")
    accept_label = _("Use text messages again")
    accept_act = _("allow text messages again")
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

    def why_not(self, user: User, contact: Contact) -> Text:
        """Name the missing gateway, if that is why."""
        if user.never_uses(self.slug) or settings.SMS_URL:
            return super().why_not(user, contact)
        return _(
            "This site isn’t sending text messages at the moment, so you can’t sign in with it."
        )

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
