"""What the worker clears away: codes and links that ended, browsers not seen for a year."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts import browsers
from accounts.models import OneTimeLink, RecoveryCodeSet, SecurityEvent, SentCode

KEPT = timedelta(days=1)


def run() -> None:
    """Delete what is over; events go after `EVENTS_KEPT`."""
    now = timezone.now()
    SentCode.objects.filter(expires_at__lt=now - KEPT).delete()
    OneTimeLink.objects.filter(expires_at__lt=now - KEPT).delete()
    RecoveryCodeSet.objects.filter(shown_until__lt=now).update(shown_sealed=None)
    SecurityEvent.objects.filter(at__lt=now - settings.EVENTS_KEPT - KEPT).delete()
    browsers.forget_old()
