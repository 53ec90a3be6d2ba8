"""E-mail addresses and phone numbers, usable only once confirmed."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from phonenumber_field.modelfields import PhoneNumberField

from accounts.authentication.factors.possessions import Mailbox, Number, Possession
from accounts.contacts.normalization import (
    ADDRESS_LENGTH,
    email_key,
    mask_address,
    mask_number,
)
from core.database import DomainOf
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

    channel: ClassVar[str]  # by which messages reach it, and how proofs name its codes
    icon: ClassVar[str]
    subject: ClassVar[str]  # in the kinds and details of events
    possession_type: ClassVar[type[Possession]]
    resets_password: ClassVar[bool] = False

    class Meta:
        abstract = True

    @property
    def masked(self) -> str:
        """The contact as shown to somebody who has only typed the password."""
        raise NotImplementedError

    @property
    def possession_key(self) -> str:
        """The key of `possession`."""
        return self.possession_key_of(self.pk)

    @classmethod
    def possession_key_of(cls, pk: int | None) -> str:
        """Name what the contact with this key depends on."""
        return f"{cls.possession_type.kind}:{pk}"

    @property
    def possession(self) -> Possession:
        """What a code to it depends on."""
        return self.possession_type(self.possession_key, self.masked)

    @property
    def factor(self) -> str:
        """How proofs name it."""
        return self.factor_of(self.pk)

    @classmethod
    def factor_of(cls, pk: int | None) -> str:
        """Name the contact with this key as proofs do; None is one without a row yet."""
        return f"accounts.{cls.channel}:{pk}"

    @property
    def name_in_events(self) -> str:
        """What the history of the account calls it."""
        return self.masked

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

    channel = "email"
    icon = "mail"
    subject = "address"
    possession_type = Mailbox
    resets_password = True

    class Meta:
        constraints = (
            models.UniqueConstraint("user", "key", name="address_once_a_person"),
            models.UniqueConstraint(
                "key", condition=Q(verified_at__isnull=False), name="verified_address_of_one"
            ),
        )
        indexes = (
            models.Index(
                DomainOf("key"),
                F("user").desc(),
                name="address_domain",
                condition=Q(verified_at__isnull=False),
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

    @property
    def name_in_events(self) -> str:
        """The whole address: notices go to it, and its owner has to know it again."""
        return self.address


class PhoneNumber(Contact):
    """A number that receives text messages."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phone_numbers"
    )
    number = PhoneNumberField(_("phone number"))
    asked_at = models.DateTimeField(null=True)  # whether it still works is asked once

    channel = "sms"
    icon = "message-circle"
    subject = "number"
    possession_type = Number

    class Meta:
        constraints = (models.UniqueConstraint("user", "number", name="number_once_a_person"),)
        indexes = (models.Index(fields=["number"], name="number_of"),)

    def __str__(self) -> str:
        return str(self.number)

    @property
    def masked(self) -> str:
        """The number as shown to somebody who has only typed the password."""
        return mask_number(str(self.number))
