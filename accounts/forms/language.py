"""The choice of a language."""

from django import forms
from django.conf import settings

from core.i18n import gettext_lazy as _


def offered() -> list[tuple[str, str]]:
    """Every language of the site, and leaving it to the browser."""
    return [("", str(_("Same as this browser"))), *settings.LANGUAGES]


class LanguageForm(forms.Form):
    """One language, or none."""

    language = forms.ChoiceField(label=_("Language"), choices=offered, required=False)
