"""The authenticator app on a phone: how it shows who it is, and what it is told to do."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.fields import NameField
from core.i18n import gettext_lazy as _
from core.keys.crypto import is_sealed_with_first_key, keyed_digest, seal
from core.keys.sealed import SealedField, context_of
from devices.models.phone import NAME_LENGTH, Phone

DIGEST_LENGTH = 64
DIGEST_PURPOSE = "installation"
NUMBER_DIGITS = 3


class InstallationQuerySet(models.QuerySet["Installation"]):
    """Selections of installations."""

    def linked(self) -> "InstallationQuerySet":
        """Those that were not unlinked."""
        return self.exclude(status=Installation.Status.UNLINKED)

    def active(self) -> "InstallationQuerySet":
        """The one that saves backups; there is at most one per person."""
        return self.filter(status=Installation.Status.ACTIVE)

    def replaced(self) -> "InstallationQuerySet":
        """Those in whose place another was linked, and that can be given back."""
        return self.linked().filter(replaced_until__isnull=False)

    def on(self, phone: Phone) -> "InstallationQuerySet":
        """Those on this phone: the one that is linked, and one that it replaced."""
        return self.filter(Q(phone=phone) | Q(replaced_on=phone))


class Installation(models.Model):
    """The app on one phone of one person.

    The row outlives the phone it was on: an unlinked installation has to be recognised, or it could
    never be told to wipe itself.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        SUPERSEDED = "superseded", _("not the active phone")
        UNLINKED = "unlinked", _("unlinked")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="installations"
    )
    phone = models.OneToOneField(
        Phone, null=True, on_delete=models.SET_NULL, related_name="installation"
    )
    name = NameField(max_length=NAME_LENGTH)  # of the phone, when it was there
    digest = models.CharField(max_length=DIGEST_LENGTH)
    # What the digest is of, since the phone first called: a rotated key then needs no call of it.
    sealed_device = SealedField(null=True, holds="secrets of linked apps")
    status = models.CharField(max_length=12, choices=Status.choices)
    created_at = models.DateTimeField(default=timezone.now)
    last_contact_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    accounts = models.PositiveIntegerField(default=0)  # on the phone, as it said last
    unsaved = models.PositiveIntegerField(default=0)  # changes that no version holds yet
    unlinked_at = models.DateTimeField(null=True)
    told_silent_at = models.DateTimeField(null=True)  # that it is silent is told once
    # Until then it destroys nothing of a backup: it came, or took over, in a recovered session.
    trusted_from = models.DateTimeField(default=timezone.now)
    # Set as long as the link of another app in its place can be undone; then it is given back.
    replaced_until = models.DateTimeField(null=True, db_index=True)
    replaced_on = models.ForeignKey(
        Phone, null=True, on_delete=models.SET_NULL, related_name="replaced_apps"
    )

    objects = InstallationQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["user"], condition=Q(status="active"), name="one_active_installation"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def reseal(self, device: bytes) -> bool:
        """Keep digest and secret under the first sealing key; False if that was so already.

        `device` is the SHA-256 of the phone's secret in base64url, which proves nothing by itself.
        """
        digest = keyed_digest(DIGEST_PURPOSE, device.decode())
        before, context = bytes(self.sealed_device or b""), context_of(self)
        if digest == self.digest and is_sealed_with_first_key(before, context=context):
            return False
        rows = Installation.objects.filter(pk=self.pk, digest=self.digest)
        return rows.update(digest=digest, sealed_device=seal(device, context=context)) == 1

    @property
    def is_active(self) -> bool:
        """Whether this is the phone that saves."""
        return self.status == self.Status.ACTIVE

    @property
    def is_held(self) -> bool:
        """Whether it has to leave what was there before it: slots, versions, the backup itself."""
        return self.trusted_from > timezone.now()

    @property
    def is_unlinked(self) -> bool:
        """Whether all it may do is to be told so."""
        return self.status == self.Status.UNLINKED

    @property
    def knows_it_is_unlinked(self) -> bool:
        """Whether it called since, after which an app forgets its secret and calls no more."""
        if self.unlinked_at is None or self.last_contact_at is None:
            return False
        return self.last_contact_at >= self.unlinked_at

    @property
    def is_suspended(self) -> bool:
        """Whether its phone was stopped, or another app took its place.

        It neither saves nor reads until it is taken back, or given back.
        """
        is_replaced = self.replaced_until is not None
        return is_replaced or (self.phone is not None and self.phone.is_stopped)


class LinkRequestQuerySet(models.QuerySet["LinkRequest"]):
    """Selections of links that were begun."""

    def live(self) -> "LinkRequestQuerySet":
        """Those that can still be finished."""
        return self.filter(ended_at__isnull=True, expires_at__gt=timezone.now())


class LinkRequest(models.Model):
    """A code that lets one phone link its app to the account; see docs/authenticator-api.md."""

    class Purpose(models.TextChoices):
        LINK = "link", _("link the app")
        RECOVER = "recover", _("open the backup")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="link_requests"
    )
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.LINK)
    session = models.CharField(max_length=36, default="")  # that it was made in; it ends with it
    stamp = models.CharField(max_length=DIGEST_LENGTH, default="")  # changes with the password
    phone = models.ForeignKey(Phone, null=True, on_delete=models.CASCADE, related_name="+")
    name = NameField(max_length=NAME_LENGTH, blank=True)  # of a new phone; else its own word
    code_digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)
    # For a page that is loaded again, until the claim.
    sealed_code = SealedField(null=True, holds="codes that link a phone")
    # Made for this very browser: the person confirms there, no number has to be typed.
    is_here = models.BooleanField(default=False)
    # SHA-256 of what the portal's page left in this browser: a link that was sent to somebody else
    # finds nothing there, and then the number has to be typed.
    nonce_digest = models.CharField(max_length=DIGEST_LENGTH, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    # From when what it grants may be used; later than now after a weak sign-in, if policy says so.
    grants_from = models.DateTimeField(default=timezone.now)
    # From when what it links may destroy; after a weak sign-in, when the hold ends.
    trusted_from = models.DateTimeField(default=timezone.now)
    # Set by the phone that claims it.
    claimed_at = models.DateTimeField(null=True)
    installation_id_drawn = models.UUIDField(null=True)
    device_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    device_name = NameField(max_length=NAME_LENGTH, blank=True)
    number = models.CharField(max_length=NUMBER_DIGITS, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Set in the portal, or by the phone itself if the code was made here.
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LinkRequestQuerySet.as_manager()

    def __str__(self) -> str:
        return f"link {self.public_id}"

    @property
    def drawn(self) -> uuid.UUID:
        """The id of the installation that claimed; raises `ValueError` if none did."""
        if self.installation_id_drawn is None:
            raise ValueError("nobody claimed this code")
        return self.installation_id_drawn


class PhoneCommand(models.Model):
    """An order that an installation is told of at its next contact: erase the accounts.

    One that was given in a recovered session locks first. The phone seals its accounts under a
    secret that only this row keeps, and erases them when it calls after `erases_from`; called off
    before that, it is given the secret and opens again (docs/authenticator-api.md).
    """

    class Kind(models.TextChoices):
        WIPE = "wipe", _("wipe")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="commands"
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    erases_from = models.DateTimeField(default=timezone.now)
    sealed_secret = SealedField(null=True, holds="secrets of locked phones")
    locked_at = models.DateTimeField(null=True)  # the phone says that it is
    called_off_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.kind

    @property
    def locks(self) -> bool:
        """Whether the phone is to lock its accounts, and not to erase them yet."""
        return self.called_off_at is None and self.waits_until > timezone.now()

    @property
    def waits_until(self) -> datetime:
        """From when the phone erases: not before a dispute over the account is decided."""
        disputed_until = self.installation.user.disputed_until
        return max(self.erases_from, disputed_until or self.erases_from)


class RestoreGrantQuerySet(models.QuerySet["RestoreGrant"]):
    """Selections of grants."""

    def pending(self) -> "RestoreGrantQuerySet":
        """Those that are or will be usable."""
        return self.filter(ended_at__isnull=True, expires_at__gt=timezone.now())

    def of(self, user: User) -> "RestoreGrantQuerySet":
        """Those of the phones of a person."""
        return self.filter(installation__user=user).select_related("installation__user")

    def usable(self) -> "RestoreGrantQuerySet":
        """Those that may be used now."""
        return self.pending().filter(available_at__lte=timezone.now())


class RestoreGrant(models.Model):
    """Permission to read the vault on one phone, for a short time, given in the portal.

    Until `available_at` it opens only what the phone proved the key of (`KeyProof`), until
    `trusted_from` it takes over nothing else.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    installation = models.ForeignKey(Installation, on_delete=models.CASCADE, related_name="grants")
    session = models.CharField(max_length=36, default="")  # that it was given in
    created_at = models.DateTimeField(default=timezone.now)
    available_at = models.DateTimeField()
    trusted_from = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    objects = RestoreGrantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"grant {self.public_id}"

    @property
    def is_usable(self) -> bool:
        """Whether it opens every backup of the person now."""
        now = timezone.now()
        return self.ended_at is None and self.available_at <= now < self.expires_at


class KeyTransfer(models.Model):
    """The vault key on its way from one phone to another, sealed to the key in a QR code."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    installation = models.ForeignKey(
        Installation, on_delete=models.CASCADE, related_name="transfers"
    )  # that asked
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    answer = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"transfer {self.public_id}"
