"""The form that opens a recovery case."""

from typing import Any

from accounts.contacts.normalization import ADDRESS_LENGTH
from accounts.forms.sign_in import MessageForm, email_input
from core.fields import AddressField
from core.i18n import gettext_lazy as _


class OpenCaseForm(MessageForm):
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

    def clean(self) -> dict[str, Any]:
        """Count the message for its sender."""
        cleaned = super().clean() or {}
        if not self.errors:
            self.take_message()
        return cleaned
