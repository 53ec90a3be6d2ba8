"""Whether the clock of this host has stepped back: the database remembers later moments.

Codes of apps count each step once, whatever the clock says. But a clock that was set back keeps
what has an end alive for longer, and makes honest codes look like ones of the future.
"""

import logging
from datetime import timedelta

from django.utils import timezone

from accounts.models import SecurityEvent

logger = logging.getLogger(__name__)
TOLERATED = timedelta(seconds=30)  # between hosts that write to the same database


def behind() -> timedelta:
    """Return how far the clock is behind the newest event, zero if that is next to nothing."""
    newest = SecurityEvent.objects.order_by("-pk").values_list("at", flat=True).first()
    left = newest - timezone.now() if newest else timedelta(0)
    return left if left > TOLERATED else timedelta(0)


def warn_if_behind() -> None:
    """Write it into the log, once in each round of the worker."""
    if late := behind():
        seconds = int(late.total_seconds())
        logger.critical("the clock of this host is %d s behind the newest event", seconds)
