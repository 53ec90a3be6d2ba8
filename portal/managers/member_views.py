"""Pages of managers: their people, who of them is ready, and who waits for a new code.

`portal.managers.guard` guards every view here. No page shows phones, devices, numbers, activity or
anything secret.
"""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import managers
from accounts.models import Enrolment, Membership, Organisation
from accounts.request_user import authenticated_user
from core.web.paging import page_of_rows
from devices.models import Passkey, Phone
from portal.managers.guard import manager_page, to_proof

ROWS = 20
REQUESTS_ABOVE = 3  # stand above the members; a page of its own has them all
NOT_READY = "not-ready"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the organisations that the person manages; one of them is opened at once."""
    rows = managers.organisations_of(authenticated_user(request))
    page = page_of_rows(request, rows)
    if not page["rows"]:
        raise Http404
    if proof := to_proof(request):
        return proof
    if len(page["rows"]) == 1 and page["number"] == 1:
        return redirect("organisation:members", public_id=page["rows"][0].public_id)
    return render(request, "managers/index.html", page)


@require_safe
@manager_page
def members(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Show its people, newest first, or those who are not ready."""
    only_waiting = request.GET.get("state") == NOT_READY
    rows = organisation.memberships.select_related("user").annotate(has_device=_has_device())
    if only_waiting:
        rows = rows.filter(user__two_step_since__isnull=True)
    page = page_of_rows(request, rows, ROWS)
    context = {
        **page,
        "members": _with_requests(organisation, page["rows"]),
        "state": NOT_READY if only_waiting else "",
        "organisation": organisation,
        "place": "members",
        "waiting": _waiting(organisation),
        "requests": _asked(organisation)[:REQUESTS_ABOVE],
    }
    return render(request, "managers/members.html", context)


@require_safe
@manager_page
def requests(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """List who waits for a new code, the longest wait first."""
    context = {
        **page_of_rows(request, _asked(organisation)),
        "organisation": organisation,
        "place": "requests",
        "waiting": _waiting(organisation),
    }
    return render(request, "managers/requests.html", context)


def _asked(organisation: Organisation) -> QuerySet[Enrolment]:
    """Return the requests of current members."""
    people = organisation.memberships.values("user")
    return organisation.enrolments.asked().filter(user__in=people).select_related("user")


def _waiting(organisation: Organisation) -> dict[str, Any]:
    """Count the requests, and say since when the oldest waits."""
    return _asked(organisation).aggregate(count=Count("pk"), oldest=Min("asked_at"))


def _has_device() -> Any:
    """Whether the member has a linked phone or a passkey; the pages show no details of either."""
    phones = Phone.objects.linked().filter(user=OuterRef("user"))
    passkeys = Passkey.objects.usable().filter(user=OuterRef("user"))
    return Exists(phones) | Exists(passkeys)


def _with_requests(
    organisation: Organisation, rows: list[Membership]
) -> list[tuple[Membership, datetime | None]]:
    """Pair each member with the moment since when they wait for a new code."""
    asked = organisation.enrolments.asked().filter(user__in=[row.user_id for row in rows])
    since = dict(asked.values_list("user_id", "asked_at"))
    return [(row, since.get(row.user_id)) for row in rows]
