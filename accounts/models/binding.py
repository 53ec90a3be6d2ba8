"""What sessions added to an account, and on which proofs."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

NAME_LENGTH = 330  # the longest is an e-mail address


class BindingQuerySet(models.QuerySet["Binding"]):
    """Selections of bindings."""

    def open(self) -> "BindingQuerySet":
        """Those that no independent proof has confirmed and nobody has cancelled."""
        return self.filter(confirmed_at__isnull=True, cancelled_at__isnull=True)

    def held(self) -> "BindingQuerySet":
        """Those that do not count yet."""
        return self.open().filter(held_until__gt=timezone.now())

    def asked(self) -> "BindingQuerySet":
        """Those that the next strong sign-in asks for: held, or waiting for an answer for good."""
        waits = Q(held_until__gt=timezone.now()) | Q(held_until__isnull=False, waits=True)
        return self.open().filter(waits)

    def revocable(self) -> "BindingQuerySet":
        """Those that a press in a notice still takes back."""
        return self.open().filter(undo_until__gt=timezone.now())


class Binding(models.Model):
    """One thing that a session added or changed, with everything that judging it needs.

    `subject` is how proofs name a factor ("devices.passkey:7"). `strength` is what the session had
    proved independently of what it had itself added, as in
    `accounts.authentication.proofs.Strength`; `proofs` names the factors, or the methods where a
    method has no row, on which it was added.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bindings"
    )
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=80)
    name = models.CharField(max_length=NAME_LENGTH, blank=True)
    session = models.CharField(max_length=40, blank=True)
    strength = models.PositiveSmallIntegerField()
    proofs = models.JSONField(default=list)
    restores = models.JSONField(default=dict)  # what taking a change back needs to know
    bound_at = models.DateTimeField(default=timezone.now)
    held_until = models.DateTimeField(null=True)  # null: counted at once
    waits = models.BooleanField(default=False)  # asked for also when the hold has run out
    undo_until = models.DateTimeField(null=True)  # null: added on a strong, independent proof
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = BindingQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=["user", "subject"], name="binding_of_person"),)

    def __str__(self) -> str:
        return self.subject

    @property
    def is_held(self) -> bool:
        """Whether it still waits to count."""
        is_open = self.confirmed_at is None and self.cancelled_at is None
        return is_open and self.held_until is not None and self.held_until > timezone.now()
