"""Recovery contacts: people with an account here whose word helps somebody to get back in."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.contacts.normalization import ADDRESS_LENGTH, email_key
from accounts.models.recovery_case import RecoveryCase
from core.fields import NameField

NAME_LENGTH = 80


class RecoveryContactQuerySet(models.QuerySet["RecoveryContact"]):
    """Selections of contacts, by where they stand."""

    def current(self) -> "RecoveryContactQuerySet":
        """Those that were not removed."""
        return self.filter(removed_at__isnull=True)

    def asked(self) -> "RecoveryContactQuerySet":
        """Those that have not answered yet."""
        return self.current().filter(agreed_at__isnull=True)

    def agreed(self) -> "RecoveryContactQuerySet":
        """Those that said yes and were not removed."""
        return self.current().filter(agreed_at__isnull=False)

    def counting(self, *, before: datetime | None = None) -> "RecoveryContactQuerySet":
        """Those whose word counts now; with `before`, only if they had agreed by then.

        One that is too new does not, so that a thief cannot bring friends along. One just removed
        still does, so that a thief cannot take the owner's away. Nor does one whose own account is
        locked, frozen or without two-step verification.
        """
        now = timezone.now()
        limit = now - settings.RECOVERY_CONTACT_AGE
        rows = self.filter(agreed_at__lte=min(limit, before) if before else limit)
        rows = rows.filter(
            Q(removed_at__isnull=True) | Q(removed_at__gt=now - settings.RECOVERY_CONTACT_KEPT)
        )
        return rows.filter(
            person__is_active=True,
            person__two_step_since__isnull=False,
            person__frozen_at__isnull=True,
        )


class RecoveryContact(models.Model):
    """One person who was asked, by an address, and what became of that.

    `known_as` is what the owner is called in what the contact reads: nothing else of the account is
    shown to them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_contacts"
    )
    address = models.EmailField(max_length=ADDRESS_LENGTH)
    key = models.CharField(max_length=ADDRESS_LENGTH * 2, editable=False)
    person = models.ForeignKey(  # who agreed
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="recovery_contact_of",
    )
    known_as = NameField(max_length=NAME_LENGTH)
    asked_at = models.DateTimeField(default=timezone.now)
    agreed_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = RecoveryContactQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["owner", "key"],
                condition=Q(removed_at__isnull=True),
                name="one_contact_an_address",
            ),
        )
        indexes: ClassVar = (
            models.Index(
                fields=["key"],
                name="contact_asked",
                condition=Q(removed_at__isnull=True, agreed_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key in step with the address."""
        self.key = email_key(self.address)
        super().save(*args, **kwargs)

    @property
    def counts_from(self) -> datetime | None:
        """From when the word of this contact counts; None before they agree."""
        return self.agreed_at + settings.RECOVERY_CONTACT_AGE if self.agreed_at else None

    @property
    def is_new(self) -> bool:
        """Whether they agreed too lately to count."""
        return self.counts_from is not None and self.counts_from > timezone.now()

    @property
    def is_unprotected(self) -> bool:
        """Whether their own account is such that their word does not count."""
        person = self.person
        return person is not None and not (
            person.is_active and person.has_two_step and person.frozen_at is None
        )


class ContactAnswer(models.Model):
    """What a recovery contact said about the person who asks for an account."""

    case = models.ForeignKey(RecoveryCase, on_delete=models.CASCADE, related_name="answers")
    contact = models.ForeignKey(RecoveryContact, on_delete=models.CASCADE, related_name="answers")
    is_owner = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["case", "contact"], name="one_answer_a_contact"),
        )

    def __str__(self) -> str:
        return f"answer about {self.case_id}"
