"""Inviting somebody to an organisation, or many people by a list."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.contacts.normalization import ADDRESS_LENGTH, email_key
from accounts.forms.code import WaitingForm
from accounts.forms.invitation import InviteForm
from accounts.links.organisation_invitations import Invitee, Obstacle
from core.fields import AddressField
from core.i18n import Text, one_line
from core.i18n import gettext_lazy as _

NAME_LENGTH = 100
SENDS = _("You’ve sent enough invitations for now. You can send the next one in %(time)s.")
TOO_MANY = _(
    "That’s more invitations than you can send today. Invite fewer people, or wait %(time)s."
)
AT_LINE = _("Line %(line)d: %(error)s")


class OrganisationInviteForm(InviteForm):
    """Takes the address of the person to invite, and what they are called."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _(
            "We’ll send a link to this address. The person uses it to join your organisation."
        )


class InvitationListForm(WaitingForm):
    """Takes a list of people to invite, pasted or as a file; every line is judged.

    What a file holds stands in `text` afterwards, so that nothing is lost to an error.
    """

    text = forms.CharField(
        label=_("People"),
        required=False,
        strip=False,
        help_text=_(
            "One person per line: the e-mail address, then optionally a comma and the name."
        ),
        widget=forms.Textarea(
            attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}
        ),
    )
    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        allow_empty_file=True,
        help_text=_("Columns: address and name. A file replaces what’s typed above."),
        # The browser itself shortens the name of the file.
        widget=forms.FileInput(
            attrs={"accept": ".csv,.txt,text/csv,text/plain", "data-may-clip": True}
        ),
    )
    count = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[int, Invitee] = {}

    @property
    def is_confirmed(self) -> bool:
        """Whether the manager saw how many people these are, and pressed once more."""
        is_seen = bool(self.people) and not self.cleaned_data.get("file")
        return is_seen and self.cleaned_data.get("count") == len(self.people)

    def clean(self) -> dict[str, Any]:
        """Read the lines; the error of each names its number."""
        cleaned = super().clean() or {}
        if uploaded := cleaned.get("file"):
            cleaned["text"] = _decoded(uploaded.read())
        self._show(cleaned.get("text", ""))
        if "text" in cleaned:
            self._read(cleaned["text"])
        return cleaned

    def _show(self, text: str, count: int | None = None) -> None:
        shown = {"text": text, "count": "" if count is None else str(count)}
        self.data = {**dict(self.data.items()), **shown}

    def ask(self) -> None:
        """Let the page ask once more, with the number of people."""
        self._show(self.cleaned_data["text"], len(self.people))
        self.fields["text"].widget.attrs["rows"] = 3  # it was read before; the button is near

    def _read(self, text: str) -> None:
        lines = list(_lines(text))
        if not lines:
            raise ValidationError(_("List at least one person."), code="required")
        if len(lines) > settings.INVITATIONS_AT_ONCE:
            raise ValidationError(
                _("These are %(count)d lines. Invite at most %(most)d people at once."),
                code="many",
                params={"count": len(lines), "most": settings.INVITATIONS_AT_ONCE},
            )
        first_of: dict[str, int] = {}
        for number, cells in lines:
            try:
                self.people[number] = _invitee(cells, number, first_of)
            except ValidationError as error:
                self.refuse(number, error.messages[0])

    def refuse(self, number: int, words: Text) -> None:
        """Say what is wrong with a line."""
        self.add_error("text", str(AT_LINE) % {"line": number, "error": words})

    def refuse_all(self, obstacles: dict[str, Obstacle]) -> None:
        """Say at their lines why these addresses, by their keys, are not invited."""
        for number, each in self.people.items():
            if obstacle := obstacles.get(email_key(each.address)):
                self.refuse(number, obstacle.value)


def _decoded(content: bytes) -> str:
    """Read a file as spreadsheets write them: in UTF-8, or in the code page of Western Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each line that is not empty with its number; the names of the columns are no line."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        separator = ";" if ";" in line and "," not in line else ","
        cells = next(csv.reader(StringIO(line), delimiter=separator, skipinitialspace=True), [])
        cells = [each.strip() for each in cells]
        if cells[0].casefold() in ("address", "email", "e-mail") and number == 1:
            continue
        yield number, cells


def _invitee(cells: list[str], number: int, first_of: dict[str, int]) -> Invitee:
    """Judge a line; `first_of` has the numbers of the addresses that came before."""
    if len(cells) > 2:
        raise ValidationError(_("There are more than two columns."), code="columns")
    address = AddressField(max_length=ADDRESS_LENGTH).clean(cells[0])
    name = one_line(cells[1]) if len(cells) > 1 else ""
    if len(name) > NAME_LENGTH:
        raise ValidationError(_("The name is too long."), code="long")
    first = first_of.setdefault(email_key(address), number)
    if first != number:
        raise ValidationError(
            _("This address is already on line %(line)d."), code="twice", params={"line": first}
        )
    return Invitee(address, name)
