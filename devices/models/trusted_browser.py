"""Browsers in which the second step is not asked for a while."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import KnownBrowser


class TrustedBrowserQuerySet(models.QuerySet["TrustedBrowser"]):
    """Selections of trusted browsers."""

    def live(self) -> "TrustedBrowserQuerySet":
        """Those whose time is not over."""
        return self.filter(expires_at__gt=timezone.now())


class TrustedBrowser(models.Model):
    """One browser that one person trusts; `digest` is that of its cookie."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trusted_browsers"
    )
    browser = models.ForeignKey(
        KnownBrowser, null=True, on_delete=models.SET_NULL, related_name="trusted"
    )
    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = TrustedBrowserQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name
