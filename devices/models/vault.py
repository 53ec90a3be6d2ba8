"""Backups of the authenticator app: sealed on the phone, only appended here, never opened."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.fields import NameField
from core.i18n import gettext_lazy as _
from devices.models.installation import Installation, RestoreGrant
from devices.models.phone import NAME_LENGTH


class Vault(models.Model):
    """The backup of one person; `epoch` is a fencing token, `head` the newest version."""

    class State(models.TextChoices):
        ON = "on", _("on")
        OFF = "off", _("off")
        FROZEN = "frozen", _("frozen")

    public_id = models.UUIDField()  # drawn by the phone: it is part of what is sealed
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vaults"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.ON)
    epoch = models.PositiveIntegerField(default=1)
    head = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(null=True)  # a slot opened what was stored: the backup is on
    ends_at = models.DateTimeField(null=True, db_index=True)  # of one that is off or frozen
    # SHA-256 of what is derived from the vault key to prove it; see
    # `devices.backups.access.key_proofs`.
    tag_digest = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            # Once a person, not once in all: who draws the id of a stranger must not be told.
            models.UniqueConstraint(fields=["user", "public_id"], name="vault_once_a_person"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state="on"), name="one_vault_that_is_on"
            ),
        )

    def __str__(self) -> str:
        return f"vault {self.public_id}"

    @property
    def subject(self) -> str:
        """How the ledger of what sessions add names it."""
        return f"devices.vault:{self.pk}"


class VaultVersion(models.Model):
    """One saved state. `number` is null for late changes, which a superseded phone left."""

    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(null=True)
    base = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    installation = models.ForeignKey(
        Installation, null=True, on_delete=models.SET_NULL, related_name="versions"
    )
    phone_name = NameField(max_length=NAME_LENGTH)
    saved_at = models.DateTimeField(default=timezone.now)
    accounts = models.PositiveIntegerField()
    size = models.PositiveIntegerField()  # bytes of the sealed content
    header: Any = models.JSONField()  # the envelope without the sealed content
    ciphertext = models.BinaryField()
    idempotency_key = models.CharField(max_length=64, blank=True)
    pinned_until = models.DateTimeField(null=True)
    why_pinned = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["vault", "number"], name="version_once"),
            models.UniqueConstraint(
                fields=["vault", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="idempotency_key_once",
            ),
            models.UniqueConstraint(
                fields=["vault", "installation"],
                condition=Q(number__isnull=True),
                name="late_changes_once_a_phone",
            ),
        )

    def __str__(self) -> str:
        return f"version {self.number}"


class KeptSlots(models.Manager["KeySlot"]):
    """Those that were not removed: what every look-up sees unless it asks for the others."""

    def get_queryset(self) -> models.QuerySet["KeySlot"]:
        return super().get_queryset().filter(removed_at__isnull=True)


class RemovedSlots(models.Manager["KeySlot"]):
    """Those that were removed and can be brought back."""

    def get_queryset(self) -> models.QuerySet["KeySlot"]:
        since = timezone.now() - settings.REMOVED_SLOTS_KEPT
        return super().get_queryset().filter(removed_at__gt=since)


class KeySlot(models.Model):
    """The vault key, sealed for one way to open it.

    A removed slot is offered to nobody and proves nothing; it can be brought back for
    `REMOVED_SLOTS_KEPT`, since anyone who removed it may not have been its owner.
    """

    class Kind(models.TextChoices):
        BACKUP_KEY = "recovery-key", _("backup key")
        PASSPHRASE = "passphrase", _("passphrase")
        PASSKEY = "passkey", _("passkey")

    public_id = models.UUIDField()  # drawn by the phone
    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="slots")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=16)  # id of the vault key
    params: Any = models.JSONField()
    nonce = models.CharField(max_length=16)
    sealed = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    verified_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    # SHA-256 of what is derived from the wrapping key to prove it; empty if the phone sent none.
    tag_digest = models.CharField(max_length=64, default="", blank=True)
    removed_at = models.DateTimeField(null=True, db_index=True)

    objects = KeptSlots()
    removed = RemovedSlots()
    everything: models.Manager["KeySlot"] = models.Manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["vault", "public_id"], name="slot_once_a_vault"),
        )

    def __str__(self) -> str:
        return self.kind


class KeyProof(models.Model):
    """That a phone proved, under this grant, to hold a key of this vault."""

    grant = models.ForeignKey(RestoreGrant, on_delete=models.CASCADE, related_name="proofs")
    vault = models.ForeignKey(Vault, on_delete=models.CASCADE, related_name="+")
    proved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["grant", "vault"], name="key_proved_once_a_grant"),
        )

    def __str__(self) -> str:
        return f"proof of {self.vault_id}"
