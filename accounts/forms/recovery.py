"""The forms of recovery cases and recovery contacts."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.contacts.normalization import ADDRESS_LENGTH
from accounts.forms.code import WaitingForm
from accounts.forms.sign_in import MessageForm, email_input
from accounts.models.recovery_contact import NAME_LENGTH
from core.fields import AddressField, cleaned_name
from core.i18n import gettext_lazy as _

LIKE_A_LINK = re.compile(r"[/:@\\]|\w\.\w{2,}")
"""What goes to somebody else in a mail of the site must not lead them anywhere."""


class CountedForm(MessageForm):
    """One that is counted for its sender as soon as what was typed can be sent."""

    def clean(self) -> dict[str, Any]:
        """Count the message for its sender."""
        cleaned = super().clean() or {}
        if not self.errors:
            self.take_message()
        return cleaned


class OpenCaseForm(CountedForm):
    """Asks for which account, and where the person can be reached now."""

    account = AddressField(
        label=_("E-mail address of the account"),
        max_length=ADDRESS_LENGTH,
        widget=email_input("username"),
    )
    contact = AddressField(
        label=_("An e-mail address that you can read now"),
        max_length=ADDRESS_LENGTH,
        help_text=_("It can be any mailbox of yours. We’ll send a code to it."),
        widget=email_input("email"),
    )


class MailboxForm(CountedForm):
    """Asks for another address of the account, which the person can read."""

    address = AddressField(
        label=_("E-mail address"),
        max_length=ADDRESS_LENGTH,
        help_text=_("Another address that belongs to the account. We’ll send a code to it."),
        widget=email_input("email"),
    )


class AskContactForm(CountedForm):
    """Asks whom to ask, and by what name that person knows the owner."""

    address = AddressField(
        label=_("E-mail address of the person"),
        max_length=ADDRESS_LENGTH,
        help_text=_("They need an account here, too."),
        widget=email_input("off"),
    )
    known_as = forms.CharField(
        label=_("The name they know you by"),
        max_length=NAME_LENGTH,
        help_text=_("It’s all they read about you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_known_as(self) -> str:
        """Return the name on one line; refuse what a mail program would make a link of."""
        name = cleaned_name(self.cleaned_data["known_as"])
        if LIKE_A_LINK.search(name):
            raise ValidationError(_("Type a name, without a link or an address."), code="link")
        return name


class WordsForm(WaitingForm):
    """The three words that the person who calls has read out."""

    words = forms.CharField(
        label=_("The three words"),
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
