"""Ways to open the backup, added and removed by the active phone."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from devices.api.http import body_of, call, of_phone
from devices.backups import slots, vaults
from devices.backups.envelopes import read_slot
from devices.backups.refusals import malformed
from devices.models import Installation
from portal.http import client_of


@call("PUT", "DELETE")
@of_phone
def slot(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Add the slot that was sent under its id, or remove the one that has it."""
    client = client_of(request)
    if request.method == "DELETE":
        with vaults.counted_act(installation):
            slots.remove(installation=installation, slot=public_id, client=client)
        return HttpResponse(status=204)
    row = read_slot(body_of(request))
    if row.public_id != public_id:
        raise malformed()
    with vaults.counted_act(installation):
        slots.add(installation=installation, slot=row, client=client)
    return HttpResponse(status=204)


@call("POST")
@of_phone
def opened(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Note that the slot opened the backup."""
    slots.note_opened(installation=installation, slot=public_id)
    return HttpResponse(status=204)
