"""Acts of staff that wait for a second colleague."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

AGE = timedelta(hours=24)


class StaffRequestQuerySet(models.QuerySet["StaffRequest"]):
    """Selections of requests."""

    def live(self) -> "StaffRequestQuerySet":
        """Those that a colleague can still agree to."""
        return self.filter(agreed_at__isnull=True, asked_at__gt=timezone.now() - AGE)


class StaffRequest(models.Model):
    """That one member of staff wants an act done that takes two."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_requests"
    )
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField(default=timezone.now)
    agreed_at = models.DateTimeField(null=True)

    objects = StaffRequestQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["user", "act", "subject"], name="staff_request_of_act"),)

    def __str__(self) -> str:
        return self.act
