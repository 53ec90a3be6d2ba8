"""Sessions as rows, so that each can be listed and ended."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.proofs import Proof, proofs_in
from portal.http import AGENT_LENGTH


class SessionQuerySet(models.QuerySet["Session"]):
    """Selections of sessions."""

    def of(self, user: User) -> "SessionQuerySet":
        """Those in which this person is signed in."""
        return self.filter(user=user)

    def alive(self) -> "SessionQuerySet":
        """Those within the limits of the policy, which are tighter for staff."""
        everybody = _within(settings.SESSION_IDLE, settings.SESSION_AGE)
        staff = _within(settings.STAFF_SESSION_IDLE, settings.STAFF_SESSION_AGE)
        is_staff = Q(user__isnull=False, user__is_staff=True)
        return self.filter(everybody, ~is_staff | staff)

    def over(self) -> "SessionQuerySet":
        """Those that no limit lets in any more."""
        return self.exclude(_within(settings.SESSION_IDLE, settings.SESSION_AGE))


def _within(idle: timedelta, age: timedelta) -> Q:
    now = timezone.now()
    return Q(last_seen_at__gt=now - idle, signed_in_at__gt=now - age)


SessionManager = BaseSessionManager.from_queryset(SessionQuerySet)


class Session(AbstractBaseSession):
    """A browser's session; the key is the SHA-256 of its cookie, so that the row opens nothing."""

    session_key = models.CharField(max_length=64, primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    name = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    signed_in_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = SessionManager()  # type: ignore[misc] # the stubs make the base's a class variable

    class Meta:
        verbose_name = "session"
        verbose_name_plural = "sessions"

    def __str__(self) -> str:
        return self.name or str(self.public_id)

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        """Return the engine that reads these rows."""
        store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        return store

    @property
    def proofs(self) -> list[Proof]:
        """What was proved in this session, oldest first."""
        return proofs_in(self.get_decoded())
