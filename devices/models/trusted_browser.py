"""Browsers in which the second step is not asked for a while."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.activity.user_agents import display_name
from accounts.models import KnownBrowser
from core.fields import NameField
from core.web.http import AGENT_LENGTH


class TrustedBrowserQuerySet(models.QuerySet["TrustedBrowser"]):
    """Selections of trusted browsers."""

    def live(self) -> "TrustedBrowserQuerySet":
        """Those that count now: a shorter `TRUSTED_BROWSER_DAYS` shortens them too, 0 ends all."""
        now = timezone.now()
        since = now - timedelta(days=settings.TRUSTED_BROWSER_DAYS)
        return self.filter(expires_at__gt=now, created_at__gt=since)

    def with_digest(self, digest: str) -> "TrustedBrowserQuerySet":
        """The one whose cookie has this digest, or is about to; none for ""."""
        if not digest:
            return self.none()
        return self.filter(Q(digest=digest) | Q(next_digest=digest))


class TrustedBrowser(models.Model):
    """One browser that one person trusts; its cookie has another value after each use."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trusted_browsers"
    )
    browser = models.ForeignKey(
        KnownBrowser, null=True, on_delete=models.SET_NULL, related_name="trusted"
    )
    # Of the cookie's value now, and of the one that its last use gave to the browser.
    digest = models.CharField(max_length=64, unique=True)
    next_digest = models.CharField(max_length=64, null=True, unique=True)
    family = models.CharField(max_length=64, null=True, unique=True)
    renewed_at = models.DateTimeField(null=True)
    name = NameField(max_length=100)  # given by the person or "", see `display_name`
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    address = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    objects = TrustedBrowserQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def display_name(self) -> str:
        """The name that the person gave it, else what it is, in the language of the reader."""
        return display_name(self.name, self.agent)

    @property
    def factor(self) -> str:
        """How proofs name it."""
        return f"devices.trusted:{self.pk}"

    def until(self, days: int) -> datetime:
        """Return when it stops to count, if browsers may be trusted for this many days now."""
        return min(self.expires_at, self.created_at + timedelta(days=days))
