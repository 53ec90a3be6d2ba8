"""A key pair in a phone, a computer or a security key, of which the public half is kept here."""

import uuid
from hashlib import sha256

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.names import NameField
from portal.words import gettext as _
from portal.words import gettext_lazy

NAME_LENGTH = 60


def digest_of(credential_id: bytes) -> str:
    """Return the key under which a credential id is found."""
    return sha256(credential_id).hexdigest()


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
    sign_count = models.BigIntegerField(default=0)
    is_backup_eligible = models.BooleanField(default=False)
    is_backed_up = models.BooleanField(default=False)
    trusted_from = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)  # whether it still works is asked once

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
        return _("synced") if self.is_backed_up else _("only on this device")

    @property
    def carrier_key(self) -> str:
        """What it hangs on, as in `accounts.steps.Carrier`."""
        return f"passkey:{self.pk}"

    @property
    def is_held(self) -> bool:
        """Whether it still waits to count fully."""
        return self.trusted_from > timezone.now()

    def spend(self, sign_count: int, *, is_backed_up: bool) -> bool:
        """Note a use; False if the counter went back, as that of a copied key does.

        Passkeys that never count answer 0 for ever (WebAuthn Level 3, 6.1.1).
        """
        fresh = Q(sign_count__lt=sign_count) if sign_count else Q(sign_count=0)
        row = Passkey.objects.filter(fresh, pk=self.pk)
        changes = {"sign_count": sign_count, "is_backed_up": is_backed_up}
        return row.update(**changes, last_used_at=timezone.now()) == 1
