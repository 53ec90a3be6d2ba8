"""What browsers look up about this site's passkeys."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.web.http import sessionless
from devices.factors import relying_party


@sessionless
@require_safe
def webauthn(request: HttpRequest) -> HttpResponse:
    """List the origins that may ask for passkeys of this host (WebAuthn Level 3, 5.11.1)."""
    return JsonResponse({"origins": relying_party.origins()})
