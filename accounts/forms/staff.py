"""What staff type before they act on somebody's account."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.contacts.normalization import ADDRESS_LENGTH
from accounts.forms.code import WaitingForm
from accounts.models import Role
from accounts.models.staff_note import TEXT_LENGTH, TICKET_LENGTH
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
    """Asks for the number of accounts as well, as a confirmation."""

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
