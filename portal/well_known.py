"""What browsers, password managers and finders of faults look for at fixed addresses."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.startup.service_checks import security_contact
from core.web.http import sessionless

PLAIN = "text/plain; charset=utf-8"
EXPIRES_IN = timedelta(days=90)
"""For how long security.txt may be believed; RFC 9116 (2.5.5) advises less than a year."""


@sessionless
@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Lead to where the password is changed (W3C, A Well-Known URL for Changing Passwords)."""
    return redirect("accounts:change_password")


@sessionless
@require_safe
def passkey_endpoints(request: HttpRequest) -> HttpResponse:
    """Say where passkeys are made and managed (W3C, Passkey Endpoints)."""
    return JsonResponse(
        {
            "enroll": settings.PORTAL_ORIGIN + reverse("devices:add_passkey"),
            "manage": settings.PORTAL_ORIGIN + reverse("devices:index"),
        }
    )


@sessionless
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Keep search engines out: nothing here is for them (RFC 9309)."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type=PLAIN)


@sessionless
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Say whom to tell of a fault (RFC 9116), if the operator named somebody."""
    contact = security_contact()
    if not contact:
        raise Http404
    languages = ", ".join(code for code, _name in settings.LANGUAGES)
    lines = [
        f"Contact: {contact}",
        f"Expires: {(timezone.now() + EXPIRES_IN).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        f"Preferred-Languages: {languages}",
        f"Canonical: {settings.PORTAL_ORIGIN}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type=PLAIN)
