"""The one-time code that gives a phone the secret of an account with an organisation."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import Enrolment
from devices.models.authenticator import Authenticator
from devices.models.installation import DIGEST_LENGTH, Installation


class WorkCodeQuerySet(models.QuerySet["WorkCode"]):
    """Selections of codes."""

    def live(self) -> "WorkCodeQuerySet":
        """Those that may still be used."""
        now = timezone.now()
        return self.filter(claimed_at__isnull=True, ended_at__isnull=True, expires_at__gt=now)


class WorkCode(models.Model):
    """A code that counts once, for one enrolment and on one phone.

    What the session had proved that made it decides from when the secret counts in full.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="codes")
    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="work_codes"
    )
    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    trusted_from = models.DateTimeField()
    ground = models.JSONField(null=True)  # of that session, as in `accounts.holds.bindings.Ground`
    session = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    authenticator = models.ForeignKey(
        Authenticator, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    objects = WorkCodeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"code {self.public_id}"
