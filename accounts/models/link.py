"""Links that work once: password resets, and setting up the second step of a new administrator."""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Optional

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.contact import EmailAddress
from accounts.models.user import User
from core import base64url
from core.keys.crypto import keyed_digests

TOKEN_BYTES = 16  # 128 bits


def _digest(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()


def _stamp(user: User, purpose: str) -> str:
    return user.stamp(f"{purpose}/{user.email_key}")


class LinkMail(models.Model):
    """When a mail with a link was last asked for, for an address that need not be anybody's."""

    key = models.CharField(max_length=64, primary_key=True)  # a digest: the table names nobody
    asked_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"asked {self.asked_at:%Y-%m-%d %H:%M}"


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    """Selections of links."""

    def live(self) -> "OneTimeLinkQuerySet":
        """Those that may still be used."""
        return self.filter(used_at__isnull=True, expires_at__gt=timezone.now())


class OneTimeLink(models.Model):
    """A 128-bit token for one person and purpose; only the newest of a purpose is alive."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True, null=True)
    stamp = models.CharField(max_length=64)
    mailbox = models.ForeignKey(EmailAddress, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["user", "purpose"], name="link_of_person"),)

    def __str__(self) -> str:
        return self.purpose

    @classmethod
    def make(
        cls, user: User, purpose: str, age: timedelta, mailbox: EmailAddress | None = None
    ) -> "OneTimeLink":
        """Replace the person's earlier links of this purpose by a new one without a token."""
        now = timezone.now()
        cls.objects.live().filter(user=user, purpose=purpose).update(used_at=now)
        return cls.objects.create(
            user=user,
            purpose=purpose,
            stamp=_stamp(user, purpose),
            mailbox=mailbox,
            expires_at=now + age,
        )

    @classmethod
    def of_message(cls, message_id: str) -> tuple[str, Optional["OneTimeLink"]]:
        """Return the token that a message carries in each try, and its link if there is one.

        It follows from the id of the message and a sealing key, as the codes do.
        """
        drawn = keyed_digests("draw-link", message_id)
        tokens = [base64url.encode(bytes.fromhex(each)[:TOKEN_BYTES]) for each in drawn]
        digests = {_digest(token): token for token in tokens}
        link = cls.objects.filter(digest__in=digests).first()
        return (digests[str(link.digest)] if link else tokens[0]), link

    def draw(self, token: str = "") -> str:
        """Draw the token, keep its digest and return it; raises `DoesNotExist` if it ended."""
        token = token or token_urlsafe(TOKEN_BYTES)
        if not OneTimeLink.objects.live().filter(pk=self.pk).update(digest=_digest(token)):
            raise OneTimeLink.DoesNotExist
        return token

    @classmethod
    def find(cls, token: str, purpose: str) -> Optional["OneTimeLink"]:
        """Return the live link of this token, unless password or sign-in address changed since."""
        rows = cls.objects.live().select_related("user", "mailbox")
        link = rows.filter(digest=_digest(token), purpose=purpose, user__is_active=True).first()
        return link if link and link.fits(link.user) else None

    def fits(self, user: User) -> bool:
        """Tell whether password and sign-in address are those of when the link was made."""
        return user.is_active and self.stamp == _stamp(user, self.purpose)

    def consume(self) -> bool:
        """Use the link up; False if somebody else was first."""
        return OneTimeLink.objects.live().filter(pk=self.pk).update(used_at=timezone.now()) == 1
