"""Codes of the demo people, for the developers' out-box; that page exists in development only."""

from django.conf import settings
from django.utils import timezone

from devices.models import Authenticator
from devices.models.authenticator import step_now

DEMO_DOMAIN = "@demo.example"
SHOWN = 10


def current_codes() -> list[tuple[str, str, int]]:
    """Return whose phone, its present code and the seconds it lasts; nothing outside DEBUG."""
    if not settings.DEBUG:
        return []
    rows = Authenticator.objects.usable().select_related("user", "phone").order_by("pk")
    period, step = int(settings.AUTHENTICATOR_PERIOD.total_seconds()), step_now()
    left = period - int(timezone.now().timestamp()) % period
    return [
        (f"{row.user.email}, {row.phone.name}", row.code_at(step), left)
        for row in rows.filter(user__email_key__endswith=DEMO_DOMAIN)[:SHOWN]
    ]
