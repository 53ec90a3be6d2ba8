"""Which phone the app is on, and the number that it shows."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.authentication.methods import digits_of
from accounts.forms.code import CODE_INPUT_LENGTH, code_widget
from accounts.models import User
from core.i18n import gettext_lazy as _
from devices.backups.apps import app_linking
from devices.forms.phones import NameForm
from devices.models import LinkRequest, Phone
from devices.models.installation import NUMBER_DIGITS
from devices.phones.linked_phones import has_room

NEW = "new"


class WhichPhoneForm(NameForm):
    """Asks which phone the app is on: one that is linked, or a new one with or without a name."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.phone = user, None
        linked = user.phones.linked().filter(suspended_at=None).with_app()
        self.linked = {str(row.public_id): row for row in linked}
        choices = [(key, _said(row)) for key, row in self.linked.items()]
        self.fields["phone"] = forms.ChoiceField(
            label=_("Which phone is it?"),
            choices=[*choices, (NEW, _("Another phone"))],
            widget=forms.RadioSelect,
            initial=NEW,
        )
        self.fields["name"].required = False
        self.fields["name"].help_text = _("Leave this empty to use the phone’s own name.")
        self.order_fields(["phone", "name"])
        if not self.linked:
            del self.fields["phone"]

    phone: Phone | None

    def clean_name(self) -> str:
        """Return the name on one line, "" if none was typed."""
        return super().clean_name() if self.cleaned_data["name"] else ""

    def clean(self) -> dict[str, Any]:
        """Find the phone; refuse a new one beyond `PHONES_A_PERSON`."""
        cleaned = super().clean() or {}
        self.phone = self.linked.get(cleaned.get("phone", ""))
        if self.phone is None and not has_room(self.user):
            message = _("You have %(most)d linked phones, which is the maximum. Unlink one first.")
            params = {"most": settings.PHONES_A_PERSON}
            raise ValidationError(message, code="too_many", params=params)
        return cleaned


def _said(phone: Phone) -> str:
    if phone.app:
        return str(_("%(phone)s, to set up its app again") % {"phone": phone.name})
    return phone.name


class NumberForm(forms.Form):
    """Takes the number that the phone shows; every judged try is counted before."""

    code = forms.CharField(label=_("Number on the phone"), max_length=CODE_INPUT_LENGTH)

    def __init__(self, *args: Any, row: LinkRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.fields["code"].widget = code_widget(digits=NUMBER_DIGITS)

    def clean_code(self) -> str:
        """Judge the number; raises `linking.Ended`."""
        typed = digits_of(self.cleaned_data["code"], NUMBER_DIGITS)
        if app_linking.is_number(self.row, typed):
            return typed
        if self.row.tries >= settings.APP_LINK_TRIES:
            raise app_linking.Ended
        raise ValidationError(
            _("That isn’t the number on the phone. Compare them and type it again."),
            code="wrong",
        )
