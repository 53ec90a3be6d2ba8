"""The form that takes the token of a link."""

import re

from django import forms

from core.i18n import gettext_lazy as _


class TypedOnce(forms.PasswordInput):
    """A field in the clear that never shows again what was typed."""

    input_type = "text"


class TokenForm(forms.Form):
    """Takes a token from the fragment of its link, which no server or proxy is sent.

    A script moves it here; without scripts the link is pasted, whole or what follows its `#`.
    """

    longest = 300  # of what is read of a link, from its end
    strange = re.compile(r"[^A-Za-z0-9_-]")

    token = forms.CharField(
        label=_("Link"),
        help_text=_("Paste the whole link, or the part after the #."),
        widget=TypedOnce(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def clean_token(self) -> str:
        """Return the token without what copying brings along."""
        typed = self.cleaned_data["token"][-self.longest :]
        return self.strange.sub("", typed.rpartition("#")[2])


class SignedTokenForm(TokenForm):
    """Takes a token that is no row but a signed text, with an address in it."""

    longest = 1000
    strange = re.compile(r"[^A-Za-z0-9_:.-]")
