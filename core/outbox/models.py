"""The rows of the out-box. A row names what to say and to whom, never a secret or a code."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import connections, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.i18n import gettext_lazy as _
from core.outbox.delivery_status import Fate, fate_of

LEASE = timedelta(seconds=60)
"""How long a worker that is dead holds a row: a living one renews what it has in hand."""

BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900))
"""The wait after the first, second, … failed try; the last one repeats until the row expires."""


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")


class Status(models.TextChoices):
    QUEUED = "queued", _("on its way")
    SENT = "sent", _("handed over")
    FAILED = "failed", _("not delivered")
    EXPIRED = "expired", _("not delivered in time")


class MessageQuerySet(models.QuerySet["Message"]):
    def unheld(self, now: datetime) -> "MessageQuerySet":
        """Queued rows that no living worker holds."""
        held = Q(leased_until__isnull=False, leased_until__gt=now)
        return self.filter(~held, status=Status.QUEUED)

    def due(self, now: datetime) -> "MessageQuerySet":
        """Rows to hand over now: what somebody waits for, then the longest waiting first."""
        due = self.unheld(now).filter(next_attempt_at__lte=now, expires_at__gt=now)
        return due.order_by("-is_urgent", "next_attempt_at", "id")

    def renew(self, held: Iterable["Message"]) -> int:
        """Hold these rows for another `LEASE`, those of them that are still held."""
        mine = [Q(pk=row.pk, attempts=row.attempts) for row in held]
        if not mine:
            return 0
        rows = self.filter(reduce(or_, mine), status=Status.QUEUED, leased_until__isnull=False)
        return rows.update(leased_until=timezone.now() + LEASE)

    def claim(self) -> "Message | None":
        """Take one due row for `LEASE`, so that no second worker sends it meanwhile."""
        now = timezone.now()
        if connections[self.db].features.has_select_for_update_skip_locked:
            with transaction.atomic(using=self.db):
                locked = self.due(now).select_for_update(skip_locked=True).first()
                return locked if locked and locked.lease(now) else None
        return next((row for row in self.due(now)[:20] if row.lease(now)), None)

    def expire(self) -> int:
        """Give up the rows whose time has passed; returns how many."""
        now = timezone.now()
        over = self.unheld(now).filter(expires_at__lte=now)
        # Asked first: an UPDATE locks an SQLite database even if there is nothing to change.
        return over.update(status=Status.EXPIRED, leased_until=None) if over.exists() else 0


class Message(models.Model):
    """One mail or text message on its way to one recipient."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    recipient = models.CharField(max_length=320)
    kind = models.CharField(max_length=64)
    is_urgent = models.BooleanField(default=True)  # a code or link that somebody waits for
    context = models.JSONField(default=dict)
    # A plain number, not a foreign key: deleting an account must not take its notices along.
    user_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["-is_urgent", "next_attempt_at", "id"],
                name="outbox_due",
                condition=Q(status="queued"),
            ),
            models.Index(fields=["created_at"], name="outbox_age"),
        )

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel} ({self.status})"

    @property
    def fate(self) -> Fate:
        """What a person may read about this message now."""
        return fate_of(self, now=timezone.now())

    def lease(self, now: datetime) -> bool:
        """Take this row if it is still due; one conditional UPDATE names the winner."""
        lease = now + LEASE
        due = Message.objects.due(now).order_by().filter(pk=self.pk)
        if not due.update(leased_until=lease, attempts=F("attempts") + 1):
            return False
        self.leased_until, self.attempts = lease, self.attempts + 1
        return True

    def mark_sent(self) -> bool:
        """Record that the next server has it; False if the lease went to another worker."""
        return self._close(status=Status.SENT, sent_at=timezone.now(), error="")

    def mark_failed(self, reason: str) -> bool:
        """Record that it will never arrive; False if the lease went to another worker."""
        return self._close(status=Status.FAILED, error=reason[:200])

    def put_off(self, reason: str) -> bool:
        """Plan the next try, or give up if that would be too late; False as in `mark_sent`."""
        wait = BACK_OFF[min(max(self.attempts, 1), len(BACK_OFF)) - 1]
        later = timezone.now() + wait
        status = Status.QUEUED if later < self.expires_at else Status.EXPIRED
        return self._close(status=status, next_attempt_at=later, error=reason[:200])

    def _close(self, **changes: object) -> bool:
        # Each lease has its number: the time of its end moves as long as it is renewed.
        held = Message.objects.filter(pk=self.pk, attempts=self.attempts, status=Status.QUEUED)
        if not held.update(leased_until=None, **changes):
            return False
        for name, value in changes.items():
            setattr(self, name, value)
        self.leased_until = None
        return True
