"""The log of what staff did: who, when, to whom and why.

`portal.staff.site` guards every view here. Nothing is counted but the last week, and each page goes
on where the one before ended, so that the thousandth costs what the first does.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.activity import events
from accounts.activity.origin import origin_of
from accounts.activity.timeline import lines
from accounts.contacts.normalization import email_key
from accounts.models import EventKind, SecurityEvent, User
from accounts.request_user import authenticated_user
from core.fields import AddressField
from core.i18n import Text
from core.i18n import gettext_lazy as _
from core.web.spreadsheet import streamed

ROWS = 15  # with long reasons a first visit weighs less than 60,000 bytes
BUSIEST = 10  # colleagues in the table of the week
MOST_EXPORTED = 50_000
AT_ONCE = 500  # rows that are read together for an export
WEEK = timedelta(days=7)
DAYS = (("7", _("the last 7 days")), ("30", _("the last 30 days")), ("", _("any time")))
HEAD = ("time", "colleague", "kind", "what", "account", "reason")


ACTS = {
    EventKind.STAFF_LOOKED: _("Looked at an account"),
    EventKind.STAFF_NOTED: _("Wrote a note"),
    EventKind.STAFF_ASKED: _("Asked a colleague to agree"),
    EventKind.ACCOUNT_LOCKED: _("Locked an account"),
    EventKind.ACCOUNT_UNLOCKED: _("Unlocked an account"),
    EventKind.ACCOUNT_FROZEN: _("Froze an account"),
    EventKind.SESSIONS_ENDED_BY_STAFF: _("Signed somebody out everywhere"),
    EventKind.SESSION_ENDED_BY_STAFF: _("Signed a browser out"),
    EventKind.PHONE_UNLINKED_BY_STAFF: _("Unlinked a phone"),
    EventKind.PASSKEY_REMOVED_BY_STAFF: _("Removed a passkey"),
    EventKind.RECOVERY_CODES_DISCARDED_BY_STAFF: _("Revoked recovery codes"),
    EventKind.PASSWORD_REQUIRED_BY_STAFF: _("Required a new password"),
    EventKind.STAFF_SENT_RESET: _("Sent a link for a new password"),
    EventKind.STAFF_OFFERED_CASE: _("Let a caller ask for an account"),
    EventKind.ACCOUNT_NAMED_BY_STAFF: _("Corrected a name"),
    EventKind.CASE_SUPPORTED: _("Approved a recovery, as the first"),
    EventKind.CASE_APPROVED: _("Approved a recovery, as the last"),
    EventKind.CASE_DECLINED: _("Declined a recovery"),
    EventKind.DISPUTE_DECIDED_BY_STAFF: _("Decided a dispute"),
    EventKind.ACCOUNT_ROLE_GIVEN: _("Gave a role"),
    EventKind.ACCOUNT_STAFF_REVOKED: _("Took a role"),
    EventKind.WORK_APPROVED: _("Allowed new codes"),
    EventKind.WORK_DECLINED: _("Declined new codes"),
    EventKind.WORK_ENDED: _("Ended an account with an organisation"),
    EventKind.ORGANISATION_ADDED: _("Added an organisation"),
    EventKind.ORGANISATION_CHANGED: _("Changed an organisation"),
    EventKind.ORGANISATION_MANAGER_GIVEN: _("Made somebody a manager of an organisation"),
    EventKind.ORGANISATION_LEFT: _("Removed a member of an organisation"),
    EventKind.ORGANISATION_MANAGER_TAKEN: _("Removed a manager of an organisation"),
}
"""What one can narrow to; everything else that staff did is in the whole log."""


def _acts() -> list[tuple[str, Text]]:
    return [("", _("everything")), *ACTS.items()]


class LogForm(forms.Form):
    """Narrows the log; what it does not know is left out."""

    who = AddressField(
        label=_("Colleague"),
        required=False,
        help_text=_("The address they sign in with. Former colleagues are found too."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    what = forms.ChoiceField(label=_("What"), required=False, choices=_acts)
    days = forms.ChoiceField(label=_("When"), required=False, choices=DAYS)

    def clean_who(self) -> User | None:
        """Return the account that signs in with this address; its role may be gone by now."""
        if not (address := self.cleaned_data["who"]):
            return None
        found = User.objects.filter(email_key=email_key(address)).only("public_id", "email").first()
        if not found:
            raise forms.ValidationError(_("No account signs in with this address."))
        return found

    def narrowed(self) -> QuerySet[SecurityEvent]:
        """Return the events that were asked for, newest first."""
        rows = SecurityEvent.objects.filter(actor_id__isnull=False)
        if not self.is_valid():
            return rows.none()
        chosen = self.cleaned_data
        if chosen["who"]:
            rows = rows.filter(actor_id=chosen["who"].pk)
        if chosen["what"]:
            rows = rows.filter(kind=chosen["what"])
        if chosen["days"]:
            rows = rows.filter(at__gt=timezone.now() - timedelta(days=int(chosen["days"])))
        return rows.order_by("-at", "-pk")

    @property
    def query(self) -> str:
        """The choices as a query string."""
        if not self.is_valid():
            return ""
        return urlencode({name: self[name].value() for name, it in self.cleaned_data.items() if it})


@require_safe
def log(request: HttpRequest) -> HttpResponseBase:
    """Show a page of the log; without a choice, also what each colleague did this week."""
    form = LogForm(request.GET or {})
    last = _event_in(request.GET.get("before", ""))
    found = list(_after(form.narrowed(), last)[: ROWS + 1])
    rows = found[:ROWS]
    context = {
        "form": form,
        "rows": list(zip(rows, lines(rows), _people(rows), strict=True)),
        "query": form.query,
        "is_later": last is not None,
        "next": rows[-1].public_id if len(found) > ROWS else None,
        "week": [] if form.query or last else _week(),
        "most": MOST_EXPORTED,
    }
    return render(request, "admin/log.html", context)


def _event_in(text: str) -> SecurityEvent | None:
    try:
        return SecurityEvent.objects.filter(public_id=UUID(text)).first()
    except (ValueError, ValidationError):
        return None


def _after(rows: QuerySet[SecurityEvent], last: SecurityEvent | None) -> QuerySet[SecurityEvent]:
    """Go on after this event; the first condition is the one that an index finds."""
    if last is None:
        return rows
    return rows.filter(at__lte=last.at).filter(Q(at__lt=last.at) | Q(pk__lt=last.pk))


def _people(rows: Iterable[SecurityEvent]) -> list[tuple[str, User | None]]:
    """Return who acted (the address), and on whose account, of each event."""
    rows = list(rows)
    keys = {row.user_id for row in rows} | {row.actor_id for row in rows if row.actor_id}
    found = User.objects.only("email", "public_id").in_bulk(keys)
    actors = [found.get(row.actor_id or 0) for row in rows]
    return [
        (actor.email if actor else "", found.get(row.user_id))
        for row, actor in zip(rows, actors, strict=True)
    ]


def _week() -> list[dict[str, Any]]:
    """Count what each colleague did and looked at in the last seven days, the busiest first."""
    rows = SecurityEvent.objects.filter(actor_id__isnull=False, at__gt=timezone.now() - WEEK)
    looks = Q(kind=EventKind.STAFF_LOOKED)
    counted = rows.values("actor_id").annotate(
        acts=Count("pk", filter=~looks), looks=Count("pk", filter=looks)
    )
    found = list(counted.order_by("-acts", "-looks")[:BUSIEST])
    people = User.objects.only("email", "public_id").in_bulk([row["actor_id"] for row in found])
    return [{**row, "person": people.get(row["actor_id"])} for row in found]


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the chosen part of the log as CSV, and write down that it was sent."""
    form = LogForm(request.GET or {})
    rows = form.narrowed()[:MOST_EXPORTED]
    events.record(authenticated_user(request), EventKind.STAFF_EXPORTED, origin=origin_of(request))
    return streamed(_cells(rows), name="staff-log.csv")


def _cells(rows: QuerySet[SecurityEvent]) -> Iterator[tuple[Any, ...]]:
    yield HEAD
    stream = rows.iterator(chunk_size=AT_ONCE)
    while chunk := list(islice(stream, AT_ONCE)):
        for row, line, (actor, user) in zip(chunk, lines(chunk), _people(chunk), strict=True):
            account = user.email if user else ""
            yield row.at.isoformat(), actor, row.kind, line.sentence, account, line.reason
