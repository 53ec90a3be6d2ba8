"""The versions of a backup that are kept."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from devices.api.http import body_of, call, of_phone
from devices.backups import authorization, serialization, validation
from devices.models import Installation


@call("GET")
@of_phone
def listed(request: HttpRequest, installation: Installation) -> HttpResponse:
    """List those of the backup, 50 at a time."""
    row = authorization.read_current(installation)
    return JsonResponse(serialization.page(row, _before(request)))


@call("GET")
@of_phone
def one(request: HttpRequest, installation: Installation, number: int) -> HttpResponse:
    """Show one of the backup."""
    row = authorization.read_current(installation)
    return JsonResponse(serialization.whole(serialization.one(row, number)))


@call("POST")
@of_phone
def pin(request: HttpRequest, installation: Installation, number: int) -> HttpResponse:
    """Keep one longer, or let it go."""
    body = validation.members(body_of(request), "pinned", optional=("why",))
    asked: dict[str, Any] = {
        "pinned": validation.flag(body["pinned"]),
        "why": validation.word(body.get("why", "person"), "|".join(serialization.PHONE_PINS)),
    }
    serialization.pin(installation=installation, number=number, **asked)
    return HttpResponse(status=204)


@call("GET")
@of_phone
def of_vault(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """List those of any backup of the person, to a phone with leave."""
    row = authorization.readable(installation, public_id)
    return JsonResponse(serialization.page(row, _before(request)))


@call("GET")
@of_phone
def one_of_vault(
    request: HttpRequest, installation: Installation, public_id: UUID, number: int
) -> HttpResponse:
    """Show one of any backup of the person, to a phone with leave."""
    row = authorization.readable(installation, public_id)
    return JsonResponse(serialization.whole(serialization.one(row, number)))


def _before(request: HttpRequest) -> int | None:
    given = request.GET.get("before")
    return None if given is None else validation.number_in(given)
