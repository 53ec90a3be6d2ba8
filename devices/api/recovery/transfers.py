"""The key of a backup on its way from the old phone to the new one."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from devices.api.http import api_endpoint, body_of, installation_required
from devices.backups import validation
from devices.backups.access import key_transfers
from devices.models import Installation


@api_endpoint("POST")
@installation_required
def ask(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Ask for the key; the public key is looked at and not kept, as it is in the QR code."""
    key_transfers.count_asked(installation)
    body = validation.members(body_of(request), "public")
    key_transfers.read_public(body["public"])
    row = key_transfers.ask(installation=installation)
    return JsonResponse({"transfer": row.public_id, "expires": row.expires_at}, status=201)


@api_endpoint("GET", "PUT")
@installation_required
def transfer(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Show how it stands, or give the sealed key."""
    if request.method == "GET":
        return JsonResponse(key_transfers.show(installation, public_id))
    sealed = key_transfers.read_answer(body_of(request))
    key_transfers.answer(installation=installation, transfer=public_id, sealed=sealed)
    return HttpResponse(status=204)
