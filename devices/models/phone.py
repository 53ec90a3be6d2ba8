"""A phone that proves who its owner is."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone

from core.fields import NameField
from core.i18n import gettext_lazy as _
from devices.factors.possessions import LinkedPhone

if TYPE_CHECKING:
    from devices.models.installation import Installation

NAME_LENGTH = 60
ABANDONED_KEPT = timedelta(hours=2)  # so that the page of an expired QR code says so


class PhoneQuerySet(models.QuerySet["Phone"]):
    """Selections of phones."""

    def linked(self) -> "PhoneQuerySet":
        """Those that proved a code, suspended ones too; no other counts anywhere."""
        return self.filter(linked_at__isnull=False, sealed_until__isnull=True)

    def proved(self) -> "PhoneQuerySet":
        """Linked ones, and those that are kept sealed."""
        return self.linked() | self.sealed()

    def sealed(self) -> "PhoneQuerySet":
        """Those that a recovered session called lost, and that are kept until its hold ends."""
        return self.filter(sealed_until__gt=timezone.now())

    def seal_ended(self) -> "PhoneQuerySet":
        """Those whose time to be taken back has passed; they are to be erased."""
        return self.filter(sealed_until__lte=timezone.now())

    def contestable(self) -> "PhoneQuerySet":
        """Those that take themselves back, with the password and a code of their own."""
        return self.filter(contestable_until__gt=timezone.now())

    def contested(self) -> "PhoneQuerySet":
        """Those of which it is disputed in whose hands they are."""
        return self.filter(contested_until__gt=timezone.now())

    def proving(self) -> "PhoneQuerySet":
        """Linked ones whose codes sign in, suspended ones too; not those with the app alone."""
        return self.linked().filter(authenticators__confirmed=True).distinct()

    def with_app(self) -> "PhoneQuerySet":
        """The same with this site's app on each, and what `secrets` and `grant` read."""
        confirmed, now = Q(authenticators__confirmed=True), timezone.now()
        pending = Q(installation__grants__ended_at=None, installation__grants__expires_at__gt=now)
        rows = self.select_related("installation").annotate(
            counted=models.Count("authenticators", filter=confirmed),
            pending=FilteredRelation("installation__grants", condition=pending),
        )
        return rows.annotate(
            grant_id=F("pending__public_id"),
            grant_from=F("pending__available_at"),
            grant_until=F("pending__expires_at"),
            grant_session=F("pending__session"),
        )

    def suspended(self) -> "PhoneQuerySet":
        """Linked ones that prove nothing until they are taken back."""
        return self.linked().filter(suspended_at__isnull=False)

    def begun(self) -> "PhoneQuerySet":
        """Those whose code can still be proved; a newer QR code erased the secret of an older."""
        since = timezone.now() - settings.PHONE_LINK_AGE
        rows = self.filter(linked_at__isnull=True, created_at__gt=since)
        return rows.filter(authenticators__confirmed=False)

    def abandoned(self) -> "PhoneQuerySet":
        """Those whose code was never proved, and for some time could not be."""
        since = timezone.now() - ABANDONED_KEPT
        return self.filter(linked_at__isnull=True, created_at__lte=since)


@dataclass(frozen=True)
class GrantOfPhone:
    """Permission to open the backup on a phone, now or later."""

    public_id: uuid.UUID
    available_at: datetime
    expires_at: datetime
    session: str = ""  # that it was given in

    @property
    def is_usable(self) -> bool:
        """Whether the phone may read now, and not only later."""
        return self.available_at <= timezone.now()


class Phone(models.Model):
    """One phone of one person, under the name that the person gave it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phones"
    )
    name = NameField(_("name"), max_length=NAME_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    linked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    # Since then it proves nothing, until it is taken back with a step of another device.
    suspended_at = models.DateTimeField(null=True)
    # When a recovered session called it lost or suspended it, and what follows from that: called
    # lost it is kept, sealed, until the hold of that session ends, and until then it takes itself
    # back with the password and its own code. Then it is contested until the dispute ends.
    reported_at = models.DateTimeField(null=True)
    sealed_until = models.DateTimeField(null=True, db_index=True)
    contestable_until = models.DateTimeField(null=True)
    contested_until = models.DateTimeField(null=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = PhoneQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_linked(self) -> bool:
        """Whether a code of this phone was proved, and nobody called it lost since."""
        return self.linked_at is not None and self.sealed_until is None

    @property
    def is_suspended(self) -> bool:
        """Whether it proves nothing until it is taken back."""
        return self.suspended_at is not None

    @property
    def is_stopped(self) -> bool:
        """Whether its app may neither save nor read: suspended, called lost, or contested."""
        is_contested = self.contested_until is not None and self.contested_until > timezone.now()
        return self.is_suspended or self.sealed_until is not None or is_contested

    @property
    def was_taken_back_lately(self) -> bool:
        """Whether a report of its loss was contradicted within `RECOVERY_HOLD`."""
        since = timezone.now() - settings.RECOVERY_HOLD
        return self.taken_back_at is not None and self.taken_back_at > since

    @property
    def app(self) -> "Installation | None":
        """This site's authenticator app on it, if that is linked."""
        return getattr(self, "installation", None)

    @property
    def secrets(self) -> int:
        """How many of its codes prove something; of rows that were selected `with_app`."""
        return int(getattr(self, "counted", 0))

    @property
    def grant(self) -> GrantOfPhone | None:
        """Whether it may open the backup; of rows that were selected `with_app`."""
        public_id: uuid.UUID | None = getattr(self, "grant_id", None)
        if public_id is None:
            return None
        begins, until = getattr(self, "grant_from", None), getattr(self, "grant_until", None)
        session = getattr(self, "grant_session", None) or ""
        return GrantOfPhone(public_id, begins, until, session) if begins and until else None

    @property
    def possession_key(self) -> str:
        """The key of `possession`."""
        return f"{LinkedPhone.kind}:{self.pk}"

    @property
    def possession(self) -> LinkedPhone:
        """What its sign-in options depend on."""
        return LinkedPhone(self.possession_key, self.name)
