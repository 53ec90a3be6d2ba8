"""Six digits sent to a mailbox or a phone."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from core.keys.crypto import digest_matches, keyed_digest, keyed_digests
from core.outbox.models import Message


def _digits(drawn: str) -> str:
    """Make a code of 256 bits in hex, each as likely as the next to one in 2^236."""
    length: int = settings.SENT_CODE_DIGITS
    return f"{int(drawn, 16) % 10**length:0{length}d}"


class SentCodeQuerySet(models.QuerySet["SentCode"]):
    """Selections of codes."""

    def live(self) -> "SentCodeQuerySet":
        """Those that may still be typed."""
        now = timezone.now()
        return self.filter(used_at__isnull=True, replaced_at__isnull=True, expires_at__gt=now)

    def bound_to(self, *, purpose: str, binding: str) -> "SentCodeQuerySet":
        """Those of one sign-in, step-up or confirmation."""
        return self.filter(purpose=purpose, binding=binding)


class SentCode(models.Model):
    """A code on its way: the worker draws it at delivery, the row keeps a keyed digest.

    Bound to person, purpose, channel and the one flow that asked for it (`binding`), out of band
    as in NIST SP 800-63B-4 3.1.3: single use, ten minutes, few tries.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sent_codes"
    )
    purpose = models.CharField(max_length=20)
    binding = models.CharField(max_length=64)
    channel = models.CharField(max_length=10)
    # Which contact row it went to; none while signing up.
    contact_id = models.BigIntegerField(null=True)
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)

    objects = SentCodeQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["binding", "purpose"], name="sent_code_binding"),
            models.Index(fields=["expires_at"], name="sent_code_expiry"),
        )

    def __str__(self) -> str:
        return f"{self.purpose} by {self.channel}"

    def draw(self) -> str:
        """Return the code and keep its digest; a message that is tried again says the same code.

        It follows from the id of the row and a sealing key, so that nothing has to keep it: a
        server that took the first try, and said so too late, delivers both.
        Raises `DoesNotExist` if the code was replaced, used or expired while it waited.
        """
        possible = [_digits(drawn) for drawn in keyed_digests("draw-code", str(self.public_id))]
        code = next((each for each in possible if self.is_code(each)), possible[0])
        digest = keyed_digest("sent-code", str(self.public_id), code)
        if not SentCode.objects.live().filter(pk=self.pk).update(digest=digest):
            raise SentCode.DoesNotExist
        return code

    def take_try(self) -> bool:
        """Count one try before it is judged; False if none is left."""
        row = SentCode.objects.live().filter(pk=self.pk, tries__lt=settings.SENT_CODE_TRIES)
        return row.update(tries=F("tries") + 1) == 1

    def is_code(self, typed: str) -> bool:
        """Compare what was typed in constant time."""
        return bool(self.digest) and digest_matches(
            self.digest, "sent-code", str(self.public_id), typed
        )

    def consume(self) -> bool:
        """Use the code up; False if somebody else was first."""
        row = SentCode.objects.live().filter(pk=self.pk)
        return row.update(used_at=timezone.now()) == 1

    @property
    def may_resend_at(self) -> datetime:
        """When the next one may be asked for."""
        pause: timedelta = settings.SENT_CODE_PAUSE
        return self.created_at + pause
