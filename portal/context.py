"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest

from portal import branding


def site(request: HttpRequest) -> dict[str, object]:
    """Name the site, how it looks, who helps, and whether strangers may sign up."""
    known = {"sign_up_open": settings.SIGN_UP_OPEN, "languages": settings.LANGUAGES}
    return {**brand(), **known}


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
