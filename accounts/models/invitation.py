"""Invitations: how people get an account where strangers cannot make one."""

import uuid
from hashlib import sha256
from typing import Optional

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.contacts.normalization import ADDRESS_LENGTH, email_key
from accounts.models.organisation import Organisation
from core import base64url
from core.fields import NameField
from core.keys.crypto import keyed_digests

TOKEN_BYTES = 16  # 128 bits


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Selections of invitations."""

    def open(self) -> "InvitationQuerySet":
        """Those that were neither accepted nor withdrawn, expired ones included."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def live(self) -> "InvitationQuerySet":
        """Those that may still be accepted."""
        return self.open().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A one-time link for one address, good for `INVITATION_AGE`; only its digest is kept.

    Each mail of it (`round`) carries another token, which ends the one before.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    address = models.EmailField(max_length=ADDRESS_LENGTH)
    key = models.CharField(max_length=ADDRESS_LENGTH * 2, editable=False)
    name = NameField(max_length=100, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # To whose people they will belong.
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.CASCADE, related_name="invitations"
    )
    round = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, unique=True, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            # Staff invite an address once, and so does each organisation: what one of them did, or
            # that there is an account, is nothing that another learns.
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(
                    accepted_at__isnull=True, withdrawn_at__isnull=True, organisation__isnull=True
                ),
                name="one_open_invitation_an_address",
            ),
            models.UniqueConstraint(
                fields=["organisation", "key"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_of_each",
            ),
        )

    def __str__(self) -> str:
        return self.address

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the key in step with the address."""
        self.key = email_key(self.address)
        super().save(*args, **kwargs)  # type: ignore[arg-type] # as Django's own

    @property
    def is_live(self) -> bool:
        """Whether it may still be accepted."""
        is_open = self.accepted_at is None and self.withdrawn_at is None
        return is_open and self.expires_at > timezone.now()

    def renew(self) -> bool:
        """Begin another round: the link before ends; False if it is no longer open."""
        until = timezone.now() + settings.INVITATION_AGE
        rows = Invitation.objects.open().filter(pk=self.pk)
        changed = rows.update(round=F("round") + 1, expires_at=until, digest=None)
        if changed:
            self.refresh_from_db()
        return changed == 1

    def draw(self) -> str:
        """Return the token of this round, the same in each try of its mail; keep its digest.

        It follows from the row and a sealing key. Raises `DoesNotExist` if it is not live.
        """
        drawn = keyed_digests("draw-invitation", str(self.public_id), str(self.round))
        tokens = [_token(each) for each in drawn]
        token = next((each for each in tokens if _digest(each) == self.digest), tokens[0])
        rows = Invitation.objects.live().filter(pk=self.pk, round=self.round)
        if not rows.update(digest=_digest(token)):
            raise Invitation.DoesNotExist
        return token

    @classmethod
    def find(cls, token: str) -> Optional["Invitation"]:
        """Return the live invitation of this token."""
        return cls.objects.live().filter(digest=_digest(token)).first()

    def consume(self) -> bool:
        """Use it up; False if somebody else was first."""
        rows = Invitation.objects.live().filter(pk=self.pk, round=self.round)
        return rows.update(accepted_at=timezone.now()) == 1

    def withdraw(self) -> bool:
        """Let the link count no more; False if it did not."""
        rows = Invitation.objects.open().filter(pk=self.pk)
        return rows.update(withdrawn_at=timezone.now()) == 1


def _digest(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()


def _token(drawn: str) -> str:
    return base64url.encode(bytes.fromhex(drawn)[:TOKEN_BYTES])
