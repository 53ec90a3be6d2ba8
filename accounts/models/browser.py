"""Browsers that signed in before: a cookie and a row, never a network address."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.fields import NameField


class KnownBrowser(models.Model):
    """One person in one browser; says which second step was used there last."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_browsers"
    )
    digest = models.CharField(max_length=64)
    name = NameField(max_length=100, blank=True)  # given by the person; it stays with it
    last_step = models.CharField(max_length=30, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    passkey_offered_at = models.DateTimeField(null=True)  # a passkey is offered once

    class Meta:
        constraints = (models.UniqueConstraint("user", "digest", name="browser_once_a_person"),)

    def __str__(self) -> str:
        return f"{self.name or self.last_step} {self.last_seen_at:%Y-%m-%d}"
