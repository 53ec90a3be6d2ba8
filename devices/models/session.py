"""Sessions as rows, so that each can be listed and ended."""

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.activity.user_agents import display_name
from accounts.authentication.proofs import Proof, proofs_in
from accounts.models import KnownBrowser, User
from accounts.organisation_policy import SESSION_HOURS
from core.fields import NameField
from core.web.http import AGENT_LENGTH
from devices.models.trusted_browser import TrustedBrowser


class SessionQuerySet(models.QuerySet["Session"]):
    """Selections of sessions."""

    def of(self, user: User) -> "SessionQuerySet":
        """Those in which this person is signed in."""
        return self.filter(user=user)

    def alive(self) -> "SessionQuerySet":
        """Those within the limits of the policy, which are tighter for staff."""
        everybody, staff = _within(*limits(is_staff=False)), _within(*limits(is_staff=True))
        is_staff = Q(user__isnull=False, user__is_staff=True)
        return self.filter(everybody, ~is_staff | staff, _within_hours())

    def over(self) -> "SessionQuerySet":
        """Those that no limit lets in any more."""
        return self.exclude(_within(*limits(is_staff=False)))

    def alive_row(self, key: str) -> "Row | None":
        """Read what a request needs of one live session, without the cost of building models."""
        found = self.filter(session_key=key).values_list(
            "session_data",
            "public_id",
            "signed_in_at",
            "last_seen_at",
            "user__is_staff",
            "user__session_hours",
            "trusted_id",
        )
        row = next((Row(*values) for values in found[:1]), None)
        return row if row and row.is_alive else None


def limits(*, is_staff: bool) -> tuple[timedelta, timedelta]:
    """Return how long a session may idle, and how long it may last at all."""
    if is_staff:
        return settings.STAFF_SESSION_IDLE, settings.STAFF_SESSION_AGE
    return settings.SESSION_IDLE, settings.SESSION_AGE


class Row(NamedTuple):
    """A session as its engine reads it with every request."""

    session_data: str
    public_id: uuid.UUID
    signed_in_at: datetime
    last_seen_at: datetime
    is_staff: bool | None
    session_hours: int | None
    trusted_id: int | None

    @property
    def is_alive(self) -> bool:
        """Whether it is within the limits, as `SessionQuerySet.alive` tells of many."""
        (idle, age), now = limits(is_staff=bool(self.is_staff)), timezone.now()
        if self.session_hours is not None:
            age = min(age, timedelta(hours=self.session_hours))
        return self.last_seen_at > now - idle and self.signed_in_at > now - age


def _within(idle: timedelta, age: timedelta) -> Q:
    now = timezone.now()
    return Q(last_seen_at__gt=now - idle, signed_in_at__gt=now - age)


def _within_hours() -> Q:
    """Those within the limit of an organisation, where the person has one."""
    now, within = timezone.now(), Q(user__session_hours__isnull=True)
    for hours in SESSION_HOURS:
        since = now - timedelta(hours=hours)
        within |= Q(user__session_hours=hours, signed_in_at__gt=since)
    return within


SessionManager = BaseSessionManager.from_queryset(SessionQuerySet)


class Session(AbstractBaseSession):
    """A browser's session; the key is the SHA-256 of its cookie, so that the row opens nothing."""

    session_key = models.CharField(max_length=64, primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    browser = models.ForeignKey(
        KnownBrowser, null=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    # Set if this browser's being trusted stood for the second step: the session ends with the row.
    trusted = models.ForeignKey(
        TrustedBrowser, null=True, on_delete=models.CASCADE, related_name="sessions"
    )
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    name = NameField(max_length=100, blank=True)  # given by the person, see `display_name`
    place = models.CharField(max_length=100, blank=True)  # coarse, if the operator has a database
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
    def display_name(self) -> str:
        """The name that the person gave it, else what it is, in the language of the reader."""
        return display_name(self.name, self.agent)

    @property
    def proofs(self) -> list[Proof]:
        """What was proved in this session, oldest first."""
        return proofs_in(self.get_decoded())


class FormInHand(models.Model):
    """A form that is being done, or was a moment ago: the second of a double click waits for it.

    Once it is answered, `led_from` and `led_to` are the keys of the sessions before and after, and
    `answer` is sealed.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(db_index=True)
    led_from = models.CharField(max_length=64, default="", db_default="")
    led_to = models.CharField(max_length=64, default="", db_default="")
    answer = models.BinaryField(null=True)

    def __str__(self) -> str:
        return self.digest
