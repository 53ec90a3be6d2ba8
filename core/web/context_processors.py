"""What every template knows."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest

from core.web import branding
from core.web.http import is_local


def site(request: HttpRequest) -> dict[str, object]:
    """Name the site, how it looks, who helps, and whether strangers may sign up."""
    known = {"sign_up_open": settings.SIGN_UP_OPEN, "languages": settings.LANGUAGES}
    return {**brand(), **known, "here": partial(_here, request)}


def _here(request: HttpRequest) -> str:
    """Return where the page is, without a `next` that leads away."""
    query = request.GET.copy()
    if not is_local(query.get("next", ""), request):
        query.pop("next", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def brand() -> dict[str, object]:
    """Return what makes the site its operator's own, for pages, the app and mails."""
    return {
        "portal_name": settings.PORTAL_NAME,
        "brand_style": branding.style_url(),
        "brand_logo": branding.logo_url(),
        "support_address": settings.SUPPORT_ADDRESS,
        "terms_url": settings.TERMS_URL,
        "privacy_url": settings.PRIVACY_URL,
    }
