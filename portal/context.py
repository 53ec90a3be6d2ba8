"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Name the site and say whether strangers may sign up."""
    return {"portal_name": settings.PORTAL_NAME, "sign_up_open": settings.SIGN_UP_OPEN}
