"""What staff type about organisations, and to enrol somebody in one."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms.staff import ReasonForm
from accounts.models import Organisation, User
from accounts.models.organisation import HELP_LENGTH, LABEL_LENGTH, NAME_LENGTH
from accounts.organisation_policy import NEVER, SESSION_HOURS
from core.durations import in_words
from core.fields import cleaned_name
from core.i18n import Text, one_line
from core.i18n import gettext_lazy as _


class EnrolForm(ReasonForm):
    """Asks with which organisation a person gets an account, and under which name."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="public_id", label=_("Organisation")
    )
    label = forms.CharField(
        label=_("Name of the account there"),
        max_length=LABEL_LENGTH,
        help_text=_("Shown in the app beside the code, such as the address at work."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = ("organisation", "label", "reason")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has = user.enrolments.current().values("organisation")
        field = self.fields["organisation"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Organisation.objects.exclude(pk__in=has)
        self.initial.setdefault("label", user.email)

    @property
    def has_choice(self) -> bool:
        """Whether there is an organisation in which the person has no account yet."""
        field = self.fields["organisation"]
        rows = getattr(field, "queryset", None)
        return rows is not None and rows.exists()

    def clean_label(self) -> str:
        """Return the name on one line."""
        return cleaned_name(self.cleaned_data["label"])


def _hours() -> list[tuple[str, Text]]:
    said = [(str(hours), in_words(timedelta(hours=hours))) for hours in SESSION_HOURS]
    return [("", _("as long as everybody")), *said]


class OrganisationForm(forms.Form):
    """Takes what an organisation is called, whom its people can ask, and what it asks of them."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    help = forms.CharField(
        label=_("Who to contact"),
        max_length=HELP_LENGTH,
        required=False,
        help_text=_("Shown to people whose account there has to be set up again."),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
    )

    two_step_from = forms.DateField(
        label=_("Require two-step verification from"),
        required=False,
        help_text=_("From this day on its people can do nothing else before they turn it on."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    bars_email = forms.BooleanField(label=_("Allow no codes by e-mail"), required=False)
    bars_sms = forms.BooleanField(
        label=_("Allow no codes by text message"),
        required=False,
        help_text=_(
            "With two-step verification on, its people then need their phone, a passkey or a "
            "recovery code to sign in."
        ),
    )
    session_hours = forms.TypedChoiceField(
        label=_("Sign its people out after"),
        required=False,
        choices=_hours,
        coerce=int,
        empty_value=None,
    )

    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # see `organisations.save`

    def look_again(self, seen: str, words: Text) -> None:
        """Say that it has changed meanwhile; the next press writes what stands here."""
        self.add_error(None, str(words))
        self.data = {**dict(self.data.items()), "seen": seen}

    def clean_name(self) -> str:
        """Return the name on one line."""
        return cleaned_name(self.cleaned_data["name"])

    def clean_two_step_from(self) -> date | None:
        """Refuse a day that is past, unless it is the one that was kept."""
        day: date | None = self.cleaned_data["two_step_from"]
        is_kept = day == self.initial.get("two_step_from")
        if day and day < timezone.localdate() and not is_kept:
            raise ValidationError(_("Choose today or a later day."), code="past")
        return day

    def write(self, organisation: Organisation) -> None:
        """Put what was typed into the organisation, without saving it."""
        given = self.cleaned_data
        barred = [slug for slug in NEVER if given[f"bars_{slug}"]]
        organisation.name, organisation.help = given["name"], given["help"]
        organisation.two_step_from = given["two_step_from"]
        organisation.barred_steps = barred or None
        organisation.session_hours = given["session_hours"]

    @staticmethod
    def kept(organisation: Organisation) -> dict[str, Any]:
        """Return what the fields hold of the organisation as it is."""
        barred = organisation.barred_steps or ()
        return {
            "name": organisation.name,
            "help": organisation.help,
            "two_step_from": organisation.two_step_from,
            "session_hours": organisation.session_hours,
            **{f"bars_{slug}": slug in barred for slug in NEVER},
        }

    @staticmethod
    def held(values: dict[str, str]) -> dict[str, Any]:
        """Return what was typed before a step-up; a box that was left empty is not among it."""
        unticked = {f"bars_{slug}": False for slug in NEVER} if values else {}
        return unticked | values

    def clean_help(self) -> str:
        """Return it on one line."""
        return one_line(self.cleaned_data["help"])
