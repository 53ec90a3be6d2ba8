"""Saved recovery codes: look-up secrets in the words of NIST SP 800-63B-4 3.1.2."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from core.keys.sealed import SealedField


class RecoveryCodeSetQuerySet(models.QuerySet["RecoveryCodeSet"]):
    """Selections of sets."""

    def live(self) -> "RecoveryCodeSetQuerySet":
        """Those whose codes still count: one, or more until a new one is confirmed or kept."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=timezone.now()))

    def end(self) -> int:
        """Let none of their codes count any more; return how many sets that were."""
        ended = {"is_kept": False, "is_pending": False, "shown_sealed": None}
        return self.update(ends_at=timezone.now(), **ended)

    def with_any_left(self) -> "RecoveryCodeSetQuerySet":
        """Those of which a code is unused."""
        return self.filter(codes__used_at__isnull=True).distinct()

    def with_left(self) -> "RecoveryCodeSetQuerySet":
        """Add `left_count`, the number of unused codes."""
        return self.annotate(left_count=Count("codes", filter=Q(codes__used_at__isnull=True)))

    def factors(self) -> list[str]:
        """Name them as proofs do."""
        return [RecoveryCodeSet.factor_of(pk) for pk in self.values_list("pk", flat=True)]


class RecoveryCodeSet(models.Model):
    """Codes that were made, shown and printed together."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_code_sets"
    )
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)
    # It stays beside a newer one that was made without a strong proof, until the owner chooses.
    is_kept = models.BooleanField(default=False)
    # Made while an older set is in use; that one ends only when a code of this one is typed back.
    is_pending = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    # The codes themselves, sealed, only until one was typed back and for ten minutes at most.
    shown_sealed = SealedField(null=True, holds="sheets of codes being shown")
    shown_until = models.DateTimeField(null=True)
    shown_to = models.CharField(max_length=64, blank=True)

    objects = RecoveryCodeSetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "user",
                "is_kept",
                "is_pending",
                condition=Q(ends_at__isnull=True),
                name="one_lasting_set_a_person",
            ),
        )

    def __str__(self) -> str:
        return f"set of {self.created_at:%Y-%m-%d}"

    @property
    def factor(self) -> str:
        """How proofs name its codes."""
        return self.factor_of(self.pk)

    @classmethod
    def factor_of(cls, pk: int) -> str:
        """Name the set with this key as proofs do."""
        return f"accounts.set:{pk}"

    @property
    def is_live(self) -> bool:
        """Whether its codes still count."""
        return self.ends_at is None or self.ends_at > timezone.now()


class RecoveryCode(models.Model):
    """One code: its first two characters in the clear to find it, the whole as a slow hash."""

    code_set = models.ForeignKey(RecoveryCodeSet, on_delete=models.CASCADE, related_name="codes")
    locator = models.CharField(max_length=2)
    hash = models.CharField(max_length=256)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint("code_set", "locator", name="locator_once_a_set"),)

    def __str__(self) -> str:
        return self.locator

    def consume(self) -> bool:
        """Use the code up; False if somebody else was first or the set has ended meanwhile.

        The set stays locked until the transaction ends: anyone who replaces it meanwhile waits, and
        then finds the session that this code has opened among those to end.
        """
        sets = RecoveryCodeSet.objects.filter(pk=self.code_set_id)
        locked = sets.select_for_update(no_key=True).first()
        # Judged after locking: the set may have ended while this waited for the lock, and a query
        # would compare that with the time at which it was sent.
        if locked is None or not locked.is_live:
            return False
        row: models.QuerySet[Any] = RecoveryCode.objects.filter(pk=self.pk, used_at__isnull=True)
        return row.update(used_at=timezone.now()) == 1
