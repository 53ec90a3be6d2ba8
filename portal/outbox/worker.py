"""The worker behind `manage.py deliver`: rounds of delivery, and housekeeping once an hour."""

import logging
import time
from collections import Counter
from threading import Event

from django.conf import settings
from django.db import Error, close_old_connections
from django.utils.module_loading import import_string

from portal.outbox.delivery import Outcome, deliver
from portal.outbox.models import Message, Status

logger = logging.getLogger(__name__)

HOUSEKEEPING_EVERY = 3600.0  # seconds


def run(stop: Event, *, interval: float) -> None:
    """Deliver until `stop` is set, looking for new rows every `interval` seconds.

    A lost database is waited for. Several workers may run side by side.
    """
    cleaned_at: float | None = None
    while not stop.is_set():
        try:
            run_round(stop)
            if cleaned_at is None or time.monotonic() - cleaned_at >= HOUSEKEEPING_EVERY:
                clean_up()
                cleaned_at = time.monotonic()
        except Error as error:
            logger.warning("the database cannot be used (%s), trying again", type(error).__name__)
        close_old_connections()
        stop.wait(interval)


def run_round(stop: Event | None = None) -> Counter[Outcome]:
    """Deliver what is due now and return how it went; ends early, between two rows, on `stop`."""
    close_old_connections()
    counts: Counter[Outcome] = Counter()
    counts[Outcome.EXPIRED] += Message.objects.expire()
    while not (stop and stop.is_set()) and (message := Message.objects.claim()):
        counts[deliver(message)] += 1
    _report(counts)
    return counts


def clean_up() -> None:
    """Run the callables that HOUSEKEEPING names; one that fails does not stop the rest."""
    for path in settings.HOUSEKEEPING:
        try:
            import_string(path)()
        except Exception:  # whatever it is, the messages of others must go on
            logger.exception("housekeeping %s failed", path)


def _report(counts: Counter[Outcome]) -> None:
    if counts.total():
        waiting = Message.objects.filter(status=Status.QUEUED).count()
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        logger.info("out-box round: %s, %s waiting", told, waiting)
