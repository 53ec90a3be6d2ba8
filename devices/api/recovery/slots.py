"""Ways to open the backup, added and removed by the active phone."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.activity.origin import Origin
from core.web.http import client_of
from devices.api.http import api_endpoint, body_of, installation_required
from devices.backups import validation
from devices.backups.access import authorization, key_proofs, slots
from devices.backups.errors import malformed
from devices.backups.storage import serialization, vaults
from devices.backups.storage.envelopes import read_slot
from devices.models import Installation


@api_endpoint("PUT", "DELETE")
@installation_required
def slot(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Add the slot that was sent under its id, or remove the one that has it."""
    client = client_of(request)
    if request.method == "DELETE":
        with vaults.counted_act(installation):
            slots.remove(installation=installation, slot=public_id, origin=Origin(client))
        return HttpResponse(status=204)
    row = read_slot(body_of(request))
    if row.public_id != public_id:
        raise malformed()
    with vaults.counted_act(installation):
        slots.add(installation=installation, slot=row, origin=Origin(client))
    return HttpResponse(status=204)


@api_endpoint("POST")
@installation_required
def opened(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Note that the slot opened the backup, and what proves its key if the phone says so."""
    body = validation.members(body_of(request), optional=("tag",)) if request.body else {}
    digest = key_proofs.digest_in(body)
    slots.note_opened(installation=installation, slot=public_id, digest=digest)
    return HttpResponse(status=204)


@api_endpoint("GET")
@installation_required
def removed(request: HttpRequest, installation: Installation) -> HttpResponse:
    """List the ways to open the backup, and those that were removed and can be brought back."""
    row = authorization.read_current(installation)
    shown = {"slots": serialization.slots_of(row), "removed": serialization.removed_slots_of(row)}
    return JsonResponse(shown)


@api_endpoint("POST")
@installation_required
def back(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Bring a way back that was removed."""
    with vaults.counted_act(installation):
        slots.bring_back(
            installation=installation, slot=public_id, origin=Origin(client_of(request))
        )
    return HttpResponse(status=204)
