"""What happened to an account; rows are added and never changed."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

BY_STAFF = models.Q(actor_id__isnull=False)


class SecurityEvent(models.Model):
    """One thing that happened: ids and methods, never a secret.

    A database trigger refuses every change, and every deletion before `EVENTS_KEPT` has passed.
    There is no foreign key: the row outlives whom it speaks of.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="events",
    )
    actor_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    session = models.CharField(max_length=36, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = (
            models.Index(fields=["user", "-at", "-id"], name="event_of_person"),
            models.Index(fields=["-at", "-id"], name="event_by_staff", condition=BY_STAFF),
            models.Index(
                fields=["actor_id", "-at", "-id"], name="event_of_actor", condition=BY_STAFF
            ),
            models.Index(fields=["at"], name="event_at"),  # the latest, for the clock; the oldest
        )

    def __str__(self) -> str:
        return self.kind
