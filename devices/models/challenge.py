"""Challenges for passkeys: single use, dated, bound to one session and one purpose."""

from hashlib import sha256
from secrets import token_bytes

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.batches import delete_in_batches

CHALLENGE_BYTES = 32


def _digest(challenge: bytes) -> str:
    return sha256(challenge).hexdigest()


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    """Selections of challenges."""

    def live(self) -> "ChallengeQuerySet":
        """Those that may still be answered."""
        return self.filter(used_at__isnull=True, expires_at__gt=timezone.now())


class Challenge(models.Model):
    """A random value that one answer may sign (WebAuthn Level 3, 13.4.3)."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20)
    binding = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    objects = ChallengeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.purpose

    @classmethod
    def draw(cls, *, purpose: str, binding: str) -> bytes:
        """Draw a challenge for one purpose in one flow; only its digest is kept."""
        challenge, age = token_bytes(CHALLENGE_BYTES), settings.PASSKEY_CHALLENGE_AGE
        expires_at = timezone.now() + age
        cls.objects.create(
            digest=_digest(challenge), purpose=purpose, binding=binding, expires_at=expires_at
        )
        return challenge

    @classmethod
    def find(cls, challenge: bytes, *, purpose: str, binding: str) -> "Challenge | None":
        """Return the live challenge of this purpose and flow with this value."""
        rows = cls.objects.live().filter(purpose=purpose, binding=binding)
        return rows.filter(digest=_digest(challenge)).first()

    def consume(self) -> bool:
        """Use the challenge up; False if another answer was first."""
        return Challenge.objects.live().filter(pk=self.pk).update(used_at=timezone.now()) == 1


def delete_expired() -> int:
    """Delete challenges that nobody may answer any more; return how many."""
    return delete_in_batches(Challenge.objects.filter(expires_at__lte=timezone.now()))
