"""Naming a passkey, and adding one."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import User
from core.i18n import gettext_lazy as _
from devices.factors import passkey_refusals, webauthn
from devices.factors.passkeys import has_room
from devices.forms.phones import NameForm
from devices.models.passkey import NAME_LENGTH


def _name_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Name of the passkey"),
        max_length=NAME_LENGTH,
        required=required,
        help_text=_("So that you know where it is kept, for example “Blue security key”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PasskeyNameForm(NameForm):
    """Takes the name that a person gives a passkey."""

    name = _name_field(required=True)


class AddForm(NameForm):
    """Takes a new passkey from the browser, and a name if the person likes."""

    name = _name_field(required=False)
    code = forms.CharField(
        max_length=webauthn.ANSWER_LENGTH, widget=forms.HiddenInput, required=False
    )

    def __init__(self, *args: Any, user: User, binding: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.binding = user, binding
        self.registered: webauthn.Registered | None = None

    def clean_name(self) -> str:
        """Return the name, or "" for one of the site's making."""
        return super().clean_name() if self.cleaned_data["name"] else ""

    def clean(self) -> dict[str, Any]:
        """Refuse one beyond `PASSKEYS_A_PERSON`, and what is no answer to our question."""
        cleaned = super().clean() or {}
        if not has_room(self.user):
            message = _("You have %(most)d passkeys, which is the maximum. Remove one first.")
            params = {"most": settings.PASSKEYS_A_PERSON}
            raise ValidationError(message, code="too_many", params=params)
        try:
            answer = cleaned.get("code", "")
            self.registered = webauthn.verify_registration(answer, binding=self.binding)
        except passkey_refusals.Refused as error:
            message = _(
                "The passkey wasn’t created, or it took too long. Nothing has changed. Try again."
            )
            raise ValidationError(message, code="refused") from error
        return cleaned
