"""Whether the clock of this host has stepped back: the database remembers later moments.

Codes of apps count each step once, whatever the clock says. But a clock that was set back keeps
what has an end alive for longer, and makes honest codes look like ones of the future.

The latest moment counts, not that of the newest row: what happens after the step back is dated
earlier than what went before, and must not hide it. Where it was that moment that was wrong,
`CLOCK_WAS_AHEAD` names the last row of that time: events are append-only, so their dates stay.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from accounts.models import SecurityEvent

logger = logging.getLogger(__name__)
TOLERATED = timedelta(seconds=30)  # between hosts that write to the same database


def behind() -> str:
    """Say how far the clock is behind the latest event, and up to which; "" if it is right."""
    now = timezone.now()
    ahead = SecurityEvent.objects.filter(at__gt=now + TOLERATED, pk__gt=settings.CLOCK_WAS_AHEAD)
    found = ahead.aggregate(latest=Max("at"), number=Max("pk"))
    if not found["number"]:
        return ""
    return f"{int((found['latest'] - now).total_seconds())} s behind events up to {found['number']}"


def warn_if_behind() -> None:
    """Write it into the log, once in each round of the worker."""
    if late := behind():
        logger.critical("the clock of this host is %s", late)
