"""Naming a phone, proving its first code, unlinking it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from accounts.authentication.methods import AlreadySpent, VerifiedCode
from accounts.authentication.proofs import Proof
from accounts.forms.code import CodeForm
from accounts.models import User
from core.fields import cleaned_name
from core.i18n import gettext_lazy as _
from devices.models import Authenticator, Phone
from devices.models.phone import NAME_LENGTH
from devices.phones.linked_phones import budget_of_link, has_room


class NameForm(forms.Form):
    """Takes the name that a person gives a phone."""

    name = forms.CharField(
        label=_("Name of the phone"),
        max_length=NAME_LENGTH,
        help_text=_("So that you know which one it is, for example “Pixel 8”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        """Return the name on one line, without characters that cannot be seen."""
        return cleaned_name(self.cleaned_data["name"])


def suggested_name(user: User) -> str | Promise:
    """Return a name for the first phone; none for a further one, to be told from it by its own."""
    return "" if user.phones.linked().exists() else _("Phone")


class LinkForm(NameForm):
    """Begins to link a phone, if there is room for one more."""

    def __init__(
        self, *args: Any, user: User, replaces: Phone | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.replaces = user, replaces

    def clean(self) -> dict[str, Any]:
        """Refuse a phone beyond `PHONES_A_PERSON`."""
        if not has_room(self.user, replaces=self.replaces):
            message = _("You have %(most)d linked phones, which is the maximum. Unlink one first.")
            params = {"most": settings.PHONES_A_PERSON}
            raise ValidationError(message, code="too_many", params=params)
        return super().clean() or {}


class SetUpForm(LinkForm):
    """Sets up a phone: for codes that sign in, and if wanted for the backup of this site's app."""

    backup = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        portal = {"portal": settings.PORTAL_NAME}
        field = self.fields["backup"]
        field.label = _("Also back up the accounts in the %(portal)s authenticator") % portal
        field.help_text = _("Only for this site’s own app. We’ll link it in the next step.")


class NewPhoneForm(LinkForm):
    """Begins to link a phone in place of one that is linked; with several, asks which."""

    def __init__(
        self,
        *args: Any,
        user: User,
        linked: list[Phone],
        replaces: Phone | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, user=user, replaces=linked[0], **kwargs)
        self.initial.setdefault("name", _("New phone"))
        self.linked, self.replaced = {str(row.public_id): row for row in linked}, replaces
        choices = [(key, row.name) for key, row in self.linked.items()]
        self.fields["replaces"] = forms.ChoiceField(
            label=_("Which phone does it replace?"), choices=choices, widget=forms.RadioSelect
        )
        self.order_fields(["replaces", "name"])
        if replaces:
            del self.fields["replaces"]

    def clean(self) -> dict[str, Any]:
        """Find the phone that was chosen."""
        cleaned = super().clean()
        self.replaced = self.replaced or self.linked.get(cleaned.get("replaces", ""))
        return cleaned


@dataclass(frozen=True)
class FirstCode:
    """The right first code of a phone; `linked_phones.confirm` uses its time step up."""

    step: int

    def consume(self) -> Proof:
        """Nothing is proved before the phone is linked."""
        raise AlreadySpent


class ConfirmForm(CodeForm):
    """Takes the first code of a phone."""

    digits = settings.AUTHENTICATOR_DIGITS
    takes_focus = False  # the QR code above comes first; a keyboard would cover it

    error_messages = {
        "wrong": _(
            "This code is wrong. Wait for the next one, and check that the phone’s "
            "clock is set automatically."
        ),
        "disabled": _("Too many wrong codes. Start again with a new QR code."),
    }

    def __init__(self, *args: Any, authenticator: Authenticator, **kwargs: Any) -> None:
        self.authenticator = authenticator
        self.step: int | None = None
        super().__init__(*args, budget=budget_of_link(authenticator.phone), **kwargs)

    def find(self, code: str) -> VerifiedCode | None:
        """Find the time step that the code belongs to."""
        self.step = self.authenticator.find_step(code)
        return None if self.step is None else FirstCode(self.step)
