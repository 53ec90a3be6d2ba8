"""On which phone an account with an organisation is set up."""

from typing import Any

from django import forms

from core.i18n import gettext_lazy as _
from devices.models import Installation


class WhichAppForm(forms.Form):
    """Asks for one of the linked apps; nothing is asked if there is only one."""

    def __init__(self, *args: Any, apps: list[Installation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.apps = {str(row.public_id): row for row in apps}
        if len(apps) > 1:
            choices = [(key, str(row.phone)) for key, row in self.apps.items()]
            self.fields["app"] = forms.ChoiceField(
                label=_("Which phone is it for?"), choices=choices, widget=forms.RadioSelect
            )

    @property
    def app(self) -> Installation | None:
        """The app that was chosen, or the only one; None if there is none."""
        if len(self.apps) == 1:
            return next(iter(self.apps.values()))
        return self.apps.get(self.cleaned_data.get("app", ""))
