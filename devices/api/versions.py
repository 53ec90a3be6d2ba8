"""The versions of a backup that are kept."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from devices.api.http import api_endpoint, body_of, installation_required
from devices.backups import validation
from devices.backups.access import authorization
from devices.backups.storage import serialization
from devices.models import Installation


@api_endpoint("GET")
@installation_required
def listed(request: HttpRequest, installation: Installation) -> HttpResponse:
    """List those of the backup, 50 at a time."""
    row = authorization.read_current(installation)
    return JsonResponse(serialization.page(row, _before(request)))


@api_endpoint("GET")
@installation_required
def one(request: HttpRequest, installation: Installation, number: int) -> HttpResponse:
    """Show one of the backup."""
    row = authorization.read_current(installation)
    return JsonResponse(serialization.whole(serialization.one(row, number)))


@api_endpoint("POST")
@installation_required
def pin(request: HttpRequest, installation: Installation, number: int) -> HttpResponse:
    """Keep one longer, or no longer."""
    body = validation.members(body_of(request), "pinned", optional=("why",))
    asked: dict[str, Any] = {
        "pinned": validation.flag(body["pinned"]),
        "why": validation.word(body.get("why", "person"), "|".join(serialization.PHONE_PINS)),
    }
    serialization.pin(installation=installation, number=number, **asked)
    return HttpResponse(status=204)


@api_endpoint("GET")
@installation_required
def of_vault(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """List those of any backup of the person, to a phone with a grant."""
    row = authorization.readable(installation, public_id)
    return JsonResponse(serialization.page(row, _before(request)))


@api_endpoint("GET")
@installation_required
def one_of_vault(
    request: HttpRequest, installation: Installation, public_id: UUID, number: int
) -> HttpResponse:
    """Show one of any backup of the person, to a phone with a grant."""
    row = authorization.readable(installation, public_id)
    return JsonResponse(serialization.whole(serialization.one(row, number)))


def _before(request: HttpRequest) -> int | None:
    given = request.GET.get("before")
    return None if given is None else validation.number_in(given)
