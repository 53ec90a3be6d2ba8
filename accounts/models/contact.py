"""E-mail addresses and phone numbers, usable only once confirmed."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from phonenumber_field.modelfields import PhoneNumberField

from accounts.contacts.normalization import (
    ADDRESS_LENGTH,
    email_key,
    mask_address,
    mask_number,
)
from core.i18n import gettext_lazy as _


class ContactQuerySet(models.QuerySet[Any]):
    """Selections that both kinds of contact share."""

    def verified(self) -> "ContactQuerySet":
        """Those that were confirmed."""
        return self.filter(verified_at__isnull=False)


class Contact(models.Model):
    """What messages can be sent to."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = ContactQuerySet.as_manager()

    kind: ClassVar[str]
    possession_kind: ClassVar[str]

    class Meta:
        abstract = True

    @property
    def masked(self) -> str:
        """The contact as shown to somebody who has only typed the password."""
        raise NotImplementedError

    @property
    def possession_key(self) -> str:
        """What a way by it depends on, as in `accounts.authentication.methods.Possession`."""
        return f"{self.possession_kind}:{self.pk}"

    @property
    def is_verified(self) -> bool:
        """Whether a code sent here was typed back."""
        return self.verified_at is not None


class EmailAddress(Contact):
    """A mailbox of a person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="email_addresses"
    )
    address = models.EmailField(_("e-mail address"), max_length=ADDRESS_LENGTH)
    key = models.CharField(max_length=ADDRESS_LENGTH * 2, editable=False)

    kind = "email"
    possession_kind = "mailbox"

    class Meta:
        constraints = (
            models.UniqueConstraint("user", "key", name="address_once_a_person"),
            models.UniqueConstraint(
                "key", condition=Q(verified_at__isnull=False), name="verified_address_of_one"
            ),
        )

    def __str__(self) -> str:
        return self.address

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key in step with the address."""
        self.key = email_key(self.address)
        super().save(*args, **kwargs)

    @property
    def masked(self) -> str:
        """The address as shown to somebody who has only typed the password."""
        return mask_address(self.address)


class PhoneNumber(Contact):
    """A number that receives text messages."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phone_numbers"
    )
    number = PhoneNumberField(_("phone number"))
    asked_at = models.DateTimeField(null=True)  # whether it still works is asked once

    kind = "number"
    possession_kind = "number"

    class Meta:
        constraints = (models.UniqueConstraint("user", "number", name="number_once_a_person"),)

    def __str__(self) -> str:
        return str(self.number)

    @property
    def masked(self) -> str:
        """The number as shown to somebody who has only typed the password."""
        return mask_number(str(self.number))
