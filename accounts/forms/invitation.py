"""Inviting somebody, and accepting."""

from typing import Any

from django import forms
from django.contrib.auth.hashers import make_password

from accounts.contacts.normalization import ADDRESS_LENGTH, password_form
from accounts.forms.code import WaitingForm
from accounts.forms.sign_in import check_new_password, email_input, new_password_field
from accounts.models import User
from core.fields import AddressField
from core.i18n import gettext_lazy as _
from core.i18n import one_line


class InviteForm(WaitingForm):
    """Takes the address of the person to invite, and what they are called."""

    email = AddressField(
        label=_("E-mail address"),
        max_length=ADDRESS_LENGTH,
        help_text=_("We’ll send a link to this address. The person uses it to create the account."),
        widget=email_input("off"),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("Optional. The person can change it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """Return the name on one line, without characters that cannot be seen."""
        return one_line(self.cleaned_data["name"])


class AcceptForm(forms.Form):
    """Takes a name and a new password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = new_password_field()

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean_name(self) -> str:
        """Return the name on one line, without characters that cannot be seen."""
        return one_line(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """Check the password against the person's own words."""
        cleaned = super().clean() or {}
        if "password" in cleaned:
            user = User(email=self.address, name=cleaned.get("name", ""))
            check_new_password(self, "password", user)
        return cleaned

    @property
    def hashed(self) -> str:
        """The password as it will be stored."""
        return make_password(password_form(self.cleaned_data["password"]))
