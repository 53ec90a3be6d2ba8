"""The worker behind `manage.py deliver`: many hand-overs at a time, and housekeeping."""

import logging
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

from django.conf import settings
from django.db import Error, close_old_connections, connections
from django.utils.module_loading import import_string

from core.outbox.delivery import Outcome, deliver
from core.outbox.models import LEASE, Channel, Message, MessageQuerySet, Status

logger = logging.getLogger(__name__)

HOUSEKEEPING_EVERY = 3600.0  # seconds
RENEW_EVERY = LEASE.total_seconds() / 4
AFTER_FAULT = 3.0
"""Seconds that rows are left alone after the database was away: a message that was accepted
meanwhile is written down first, and not sent twice."""

THREADS = {Channel.EMAIL: 8, Channel.SMS: 4}
"""How many messages of a channel are handed over side by side: a server may take minutes for each
(RFC 5321), and neither the next mail nor a text message waits for it."""


class Hands:
    """Messages in hand, at most so many of a channel at a time."""

    def __init__(self, stop: Event, threads: dict[Channel, int]) -> None:
        self._stop, self._threads = stop, threads
        self._pool = ThreadPoolExecutor(sum(threads.values()), thread_name_prefix="deliver")
        self._held: dict[int, Message] = {}
        self._renewed_at = time.monotonic()
        self.counts: Counter[Outcome] = Counter()

    def take(self) -> int:
        """Take and begin every due message that there is a hand for; return how many."""
        taken = 0
        for channel in self._threads:
            while not self._stop.is_set() and self._is_free(channel):
                message = self._rows(channel).claim()
                if message is None:
                    break
                self._held[message.pk] = message
                self._pool.submit(self._deliver, message)
                taken += 1
        return taken

    def _rows(self, channel: Channel) -> MessageQuerySet:
        """Keep a quarter of the hands for what somebody waits for, however slow the server is."""
        rows = Message.objects.filter(channel=channel)
        held = [row for row in list(self._held.values()) if row.channel == channel]
        most = max(1, self._threads[channel] * 3 // 4)
        full = sum(not row.is_urgent for row in held) >= most
        return rows.filter(is_urgent=True) if full else rows

    def renew(self) -> None:
        """Hold on to what is in hand, so that nobody else sends it."""
        if time.monotonic() - self._renewed_at >= RENEW_EVERY:
            Message.objects.all().renew(list(self._held.values()))
            self._renewed_at = time.monotonic()

    def finish(self) -> None:
        """Wait for what is in hand."""
        while self._held:
            try:
                self.renew()
            except Error as error:
                logger.warning("leases could not be renewed (%s)", type(error).__name__)
            time.sleep(0.05)
        self._pool.shutdown()

    def _is_free(self, channel: Channel) -> bool:
        held = sum(message.channel == channel for message in list(self._held.values()))
        return held < self._threads[channel]

    def _deliver(self, message: Message) -> None:
        try:
            self.counts[deliver(message)] += 1
        except Exception as error:  # noqa: BLE001 - the row stays leased, and is tried again later
            words = (message.public_id, cause_of(error))
            logger.warning("message %s was left, and is tried again: %s", *words)
        finally:
            self._held.pop(message.pk, None)
            connections.close_all()


def run(stop: Event, *, interval: float, threads: int = 0) -> None:
    """Deliver until `stop` is set, looking for new rows every `interval` seconds.

    A lost database is waited for. Several workers may run side by side. `threads` is how many
    messages of each channel are handed over at a time; 0 means `THREADS`.
    """
    hands = Hands(stop, {channel: threads or most for channel, most in THREADS.items()})
    housekeeper = Thread(target=_keep_house, args=(stop,), name="housekeeping", daemon=True)
    housekeeper.start()
    try:
        while not stop.is_set():
            stop.wait(_look(hands, interval))
    finally:
        hands.finish()
        housekeeper.join(AFTER_FAULT)


def _look(hands: Hands, interval: float) -> float:
    """Take what is due; return how long to wait before the next look."""
    close_old_connections()
    try:
        hands.renew()
        Message.objects.expire()
        return min(interval, 0.1) if hands.take() else interval
    except Error as error:
        logger.warning("the database cannot be used (%s), trying again", cause_of(error))
        return max(interval, AFTER_FAULT)


def _keep_house(stop: Event) -> None:
    """Clear away beside the messages, which must not wait for it."""
    while not stop.is_set():
        clean_up()
        connections.close_all()
        stop.wait(HOUSEKEEPING_EVERY)


def run_round(stop: Event | None = None) -> Counter[Outcome]:
    """Deliver what is due now, one after the other, and return how it went."""
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


def cause_of(error: BaseException) -> str:
    """Name an error in one line: its kind and the first line of its words."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"


def _report(counts: Counter[Outcome]) -> None:
    if counts.total():
        waiting = Message.objects.filter(status=Status.QUEUED).count()
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        logger.info("out-box round: %s, %s waiting", told, waiting)
