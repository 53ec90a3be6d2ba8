"""Late changes of phones that are not the active one."""

import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse

from devices.api.http import api_endpoint, body_of, installation_required
from devices.api.vault import longest_body
from devices.backups import errors, validation
from devices.backups.storage import late_changes, versions
from devices.backups.storage.envelopes import read_envelope
from devices.models import Installation


@api_endpoint("GET", "POST")
@installation_required
def changes(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Show what was left to the active phone, or leave something for it."""
    if request.method == "GET":
        return JsonResponse({"late": late_changes.waiting(installation)})
    versions.count_save(installation)
    body = validation.members(body_of(request, most=longest_body()), "envelope", "accounts")
    row = late_changes.leave(installation=installation, envelope=read_envelope(body))
    return JsonResponse({"saved": row.saved_at, "accounts": row.accounts}, status=201)


@api_endpoint("DELETE")
@installation_required
def change(request: HttpRequest, installation: Installation, public_id: UUID) -> HttpResponse:
    """Delete what one phone left; `If-Match` names what the active phone saw by its nonce."""
    seen = re.fullmatch(r'"([A-Za-z0-9_-]{16})"', request.headers.get("If-Match", ""))
    if seen is None:
        raise errors.if_match_needed()
    late_changes.discard(installation=installation, left_by=public_id, nonce=seen[1])
    return HttpResponse(status=204)
