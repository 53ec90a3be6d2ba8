"""A key pair in a phone, a computer or a security key, of which the public half is kept here."""

import uuid
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.fields import NameField
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from devices.factors.possessions import PasskeyHolder, SyncedPasskey
from devices.factors.relying_party import parties, party

NAME_LENGTH = 60


def digest_of(credential_id: bytes) -> str:
    """Return the key under which a credential id is found."""
    return sha256(credential_id).hexdigest()


def kept_words(*, is_synced: bool) -> str:
    """Say whether other devices of a person have a passkey too."""
    return _("synced") if is_synced else _("only on this device")


class PasskeyQuerySet(models.QuerySet["Passkey"]):
    """Selections of passkeys."""

    def usable(self) -> "PasskeyQuerySet":
        """Those that sign in here; see `Passkey.is_usable`."""
        return self.filter(rp_id__in=parties(), changed_at__isnull=True)


class Passkey(models.Model):
    """A WebAuthn credential (W3C WebAuthn Level 3) of one person."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys"
    )
    name = NameField(gettext_lazy("name"), max_length=NAME_LENGTH)
    digest = models.CharField(max_length=64, unique=True)
    # AAGUID, credential id and COSE key, as the authenticator gave them.
    credential = models.BinaryField()
    rp_id = models.CharField(max_length=253, default=party)
    sign_count = models.BigIntegerField(default=0)
    is_backup_eligible = models.BooleanField(default=False)
    is_backed_up = models.BooleanField(default=False)
    trusted_from = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # whether it still works is asked once
    changed_at = models.DateTimeField(null=True)  # refused since then, for what it says of itself

    objects = PasskeyQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def factor(self) -> str:
        """How proofs name it."""
        return f"devices.passkey:{self.pk}"

    @property
    def kept(self) -> str:
        """Say whether other devices of the person have it too."""
        return kept_words(is_synced=self.is_backed_up)

    @property
    def possession_key(self) -> str:
        """The key of `possession`, synced or not."""
        return f"{PasskeyHolder.kind}:{self.pk}"

    @property
    def possession(self) -> PasskeyHolder:
        """What it depends on."""
        kind = SyncedPasskey if self.is_backed_up else PasskeyHolder
        return kind(self.possession_key, self.name)

    @property
    def is_held(self) -> bool:
        """Whether it still waits to count fully."""
        return self.trusted_from > timezone.now()

    @property
    def works_here(self) -> bool:
        """Whether browsers find it for a page of this site."""
        return self.rp_id in parties()

    @property
    def is_usable(self) -> bool:
        """Whether it signs in: asked for here, and what it was when it was added."""
        return self.works_here and self.changed_at is None

    def counts_back(self, sign_count: int) -> bool:
        """Tell whether a copy answered, as far as a counter can tell (WebAuthn Level 3, 6.1.1).

        Copies of a synced passkey are its point, and each counts for itself. One that answers 0
        does not count, or no longer: updates and resets of devices do that, and a copy could say
        any number. Then the owner is notified instead.
        """
        may_count_back = self.is_backup_eligible or not sign_count
        return not may_count_back and sign_count <= self.sign_count

    def consume(self, sign_count: int, *, is_backed_up: bool) -> bool:
        """Note a use; False if another answer raised the counter past this one meanwhile."""
        rows = Passkey.objects.filter(pk=self.pk)
        if sign_count and not self.is_backup_eligible:
            rows = rows.filter(sign_count__lt=sign_count)
        changes = {"sign_count": sign_count, "is_backed_up": is_backed_up, "changed_at": None}
        return rows.update(**changes, last_used_at=timezone.now()) == 1
