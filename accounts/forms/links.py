"""The form that takes the token of a link."""

import re

from django import forms

from portal.words import gettext_lazy as _

LINK_LENGTH = 300
NOT_OF_A_TOKEN = re.compile(r"[^A-Za-z0-9_-]")


class TypedOnce(forms.PasswordInput):
    """A field in the clear that never shows again what was typed."""

    input_type = "text"


class TokenForm(forms.Form):
    """Takes a token from the fragment of its link, which no server or proxy is sent.

    A script moves it here; without scripts the link is pasted, whole or what follows its `#`.
    """

    token = forms.CharField(
        label=_("Link"),
        help_text=_("Paste the whole link, or the part after the #."),
        widget=TypedOnce(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_token(self) -> str:
        """Return the token without what copying brings along."""
        typed = self.cleaned_data["token"][-LINK_LENGTH:]
        return NOT_OF_A_TOKEN.sub("", typed.rpartition("#")[2])
