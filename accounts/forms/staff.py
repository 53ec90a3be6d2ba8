"""What staff type before they act on somebody's account."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHORTEST_REASON = 10
LONGEST_REASON = 500


class ReasonForm(forms.Form):
    """Asks why; the person whose account it is reads the answer."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The person reads this in the notice and in their activity."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        """Return the reason on one line, without characters that cannot be seen."""
        typed = unicodedata.normalize("NFC", self.cleaned_data["reason"])
        seen = "".join(letter if letter.isprintable() else " " for letter in typed)
        reason = " ".join(seen.split())
        if len(reason) < SHORTEST_REASON:
            raise ValidationError(
                _("Say a little more: at least %(least)d characters."),
                code="short",
                params={"least": SHORTEST_REASON},
            )
        return reason
