"""What staff type before they act on somebody's account."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.contacts.normalization import ADDRESS_LENGTH
from accounts.forms.code import WaitingForm
from accounts.models import Organisation, Role, User
from accounts.models.organisation import HELP_LENGTH, LABEL_LENGTH, NAME_LENGTH
from accounts.models.staff_note import TEXT_LENGTH, TICKET_LENGTH
from accounts.organisation_policy import NEVER, SESSION_HOURS
from core.durations import in_words
from core.fields import AddressField, cleaned_name
from core.i18n import Text, one_line
from core.i18n import gettext_lazy as _

SHORTEST_REASON = 10
LONGEST_REASON = 280  # with every check it still fits the 500 that rows keep


NOBODY = "nobody"
CHECKS: dict[str, tuple[Text, Text]] = {
    "words": (
        _("They read me the three words, and mine were the same"),
        _("the words on both screens were the same"),
    ),
    "called": (
        _("I called back on a number that was known before"),
        _("called back on a known number"),
    ),
    "document": (_("I saw an identity document"), _("saw an identity document")),
    "known": (
        _("I know the person, and saw or heard them"),
        _("a colleague who knows them saw or heard them"),
    ),
    "vouched": (
        _("Their organisation or a manager vouched for them"),
        _("their organisation vouched"),
    ),
    NOBODY: (_("Nobody asked me: I act on what I see"), _("nobody asked for it")),
}
"""How staff know who asks: as they choose it, and as it follows "Checked:" for the person."""


class ReasonForm(WaitingForm):
    """Asks why; the person of the account reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The person reads this in the notice and in their activity."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )

    def clean_reason(self) -> str:
        """Return the reason on one line, without characters that cannot be seen."""
        reason = one_line(self.cleaned_data["reason"])
        if len(reason) < SHORTEST_REASON:
            raise ValidationError(
                _("Say a little more: at least %(least)d characters."),
                code="short",
                params={"least": SHORTEST_REASON},
            )
        return reason


class ActForm(ReasonForm):
    """Asks besides how the caller was verified; the person reads that as well."""

    checked = forms.MultipleChoiceField(
        label=_("How do you know who asks?"),
        choices=[(slug, words) for slug, (words, _said) in CHECKS.items()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )

    field_order: tuple[str, ...] = ("checked", "reason")

    def clean_checked(self) -> list[str]:
        """Refuse that nobody asked and somebody was verified."""
        chosen: list[str] = self.cleaned_data["checked"]
        if NOBODY in chosen and len(chosen) > 1:
            raise ValidationError(_("Either somebody asked you, or nobody did."), code="both")
        return chosen

    @property
    def why(self) -> str:
        """The reason, and how the caller was verified, as the person reads it."""
        said = "; ".join(str(CHECKS[slug][1]) for slug in self.cleaned_data.get("checked", ()))
        reason: str = self.cleaned_data["reason"]
        return str(_("%(reason)s (Checked: %(said)s.)")) % {"reason": reason, "said": said}


class NameForm(ActForm):
    """Asks what the person is called, and why staff correct it."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    field_order = ("name", "checked", "reason")

    def clean_name(self) -> str:
        """Return the name on one line."""
        return cleaned_name(self.cleaned_data["name"])


class OpenCaseForm(ActForm):
    """Asks where the caller can be reached, and why staff send a link there."""

    contact = AddressField(
        label=_("An e-mail address that the caller can read now"),
        max_length=ADDRESS_LENGTH,
        help_text=_("Any mailbox of theirs. We’ll send a link to it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    field_order = ("contact", "checked", "reason")


class BulkForm(ActForm):
    """Asks besides how many accounts it is, so that nobody changes more than they think."""

    number = forms.IntegerField(
        label=_("How many accounts are these?"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    field_order = ("number", "checked", "reason")

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = number

    def clean_number(self) -> int:
        """Refuse another number than that of the accounts as they are now."""
        typed: int = self.cleaned_data["number"]
        if typed != self.count:
            raise ValidationError(
                _("It’s another number. Count the accounts above."), code="number"
            )
        return typed


class NoteForm(WaitingForm):
    """Takes what staff write down about an account for each other."""

    text = forms.CharField(
        label=_("Note"),
        max_length=TEXT_LENGTH,
        help_text=_("For colleagues. The person sees that there is a note, not what it says."),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    ticket = forms.CharField(
        label=_("Case number"),
        max_length=TICKET_LENGTH,
        required=False,
        help_text=_("In the system of your help desk, such as INC-20411."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_text(self) -> str:
        """Return the lines without characters that cannot be seen."""
        lines = [one_line(line) for line in self.cleaned_data["text"].splitlines()]
        text = "\n".join(lines).strip()
        if not text:
            raise ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text

    def clean_ticket(self) -> str:
        """Return the number on one line."""
        return one_line(self.cleaned_data["ticket"])


class RoleForm(ReasonForm):
    """Asks which role a person gets on the staff pages; nobody asks for that by telephone."""

    role = forms.ChoiceField(
        label=_("Role"),
        widget=forms.RadioSelect,
        choices=(
            (Role.NONE, _("Not staff")),
            (Role.AUDITOR, _("Auditor: looks at accounts and changes nothing")),
            (
                Role.SUPPORT,
                _("Support: locks, freezes, signs out, unlinks phones, invites, answers requests"),
            ),
            (
                Role.RECOVERY_OFFICER,
                _("Recovery officer: also settles disputes and decides on recovery"),
            ),
            (Role.ADMINISTRATOR, _("Administrator: also gives roles and keeps organisations")),
        ),
    )

    field_order = ("role", "reason")


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
