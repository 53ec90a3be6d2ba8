"""Asking whether a new passphrase is the password of the account."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from devices.api.http import api_endpoint, body_of, installation_required
from devices.backups import validation
from devices.backups.access import passphrases
from devices.models import Installation


@api_endpoint("GET", "POST")
@installation_required
def password(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Tell how the password is hashed, or compare what was derived in that way."""
    if request.method == "GET":
        return JsonResponse(passphrases.cost_of(installation.user))
    size = {"least": passphrases.HASH_BYTES, "most": passphrases.HASH_BYTES}
    body = validation.members(body_of(request), "derived")
    derived = validation.binary(body["derived"], **size)
    return JsonResponse({"same": passphrases.is_password(installation, derived)})
