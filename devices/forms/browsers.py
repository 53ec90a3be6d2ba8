"""Naming a browser."""

from django import forms

from core.i18n import gettext_lazy as _
from devices.forms.phones import NameForm
from devices.models.phone import NAME_LENGTH


class BrowserNameForm(NameForm):
    """Takes the name that a person gives a browser."""

    name = forms.CharField(
        label=_("Name of the browser"),
        max_length=NAME_LENGTH,
        help_text=_("So that you know which one it is, for example “Laptop at work”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
