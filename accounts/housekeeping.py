"""What the worker clears away: codes and links that ended, browsers not seen for a year."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.activity import clock
from accounts.authentication import known_browsers
from accounts.links import link_mail
from accounts.models import Binding, OneTimeLink, RecoveryCodeSet, SecurityEvent, SentCode
from accounts.recovery_cases import ending
from core.batches import delete_in_batches

KEPT = timedelta(days=1)


def run() -> None:
    """Delete what has expired, events after `EVENTS_KEPT`. Says if the clock has stepped back."""
    clock.warn_if_behind()
    ending.remind()
    ending.expire()
    now = timezone.now()
    delete_in_batches(SentCode.objects.filter(expires_at__lt=now - KEPT))
    delete_in_batches(OneTimeLink.objects.filter(expires_at__lt=now - KEPT))
    RecoveryCodeSet.objects.filter(shown_until__lt=now).update(shown_sealed=None)
    delete_in_batches(SecurityEvent.objects.filter(at__lt=now - settings.EVENTS_KEPT - KEPT))
    # What waits for an answer stays; all else is long past its hold and every link by then.
    waiting = Binding.objects.open().filter(waits=True).values("pk")
    old = Binding.objects.filter(bound_at__lt=now - settings.EVENTS_KEPT)
    delete_in_batches(old.exclude(pk__in=waiting))
    known_browsers.delete_expired()
    link_mail.delete_expired()
