"""The secret that an authenticator app on a phone shares with this site."""

import hmac
import uuid
from datetime import datetime
from secrets import token_bytes
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone
from django_otp.models import Device
from django_otp.oath import hotp

from accounts.models import Enrolment, User
from core.keys.crypto import seal, unseal
from core.keys.sealed import SealedField
from devices.models.phone import Phone


def step_now() -> int:
    """Return the running time step of RFC 6238: whole periods since 1970."""
    return int(timezone.now().timestamp() // settings.AUTHENTICATOR_PERIOD.total_seconds())


def factor_of(pk: int) -> str:
    """Name an authenticator in proofs."""
    return f"devices.authenticator:{pk}"


# Of a row that names a phone: the phone may prove something and has its say.
ON_PHONE = {
    "phone__linked_at__isnull": False,
    "phone__suspended_at__isnull": True,
    "phone__sealed_until__isnull": True,
}


class AuthenticatorQuerySet(models.QuerySet["Authenticator"]):
    """Selections of authenticators."""

    def usable(self) -> Self:
        """Those that proved a code, on phones that are linked and not suspended."""
        return self.filter(confirmed=True, **ON_PHONE)

    def use_up_to(self, step: int) -> None:
        """Let no code count up to this time step; a sign-in under way with one is then refused."""
        self.update(last_step=Greatest(F("last_step"), step))

    def begun(self) -> Self:
        """Those that wait for their first code."""
        return self.filter(confirmed=False, replaced_until=None)

    def replaced(self) -> Self:
        """Secrets of organisations that are kept until their replacement can't be taken back."""
        return self.filter(replaced_until__isnull=False)

    def give_back(self) -> None:
        """Let replaced ones count again, as their replacements are gone."""
        for row in self.filter(confirmed=False, replaced_until__gt=timezone.now()):
            rows = Authenticator.objects.filter(pk=row.pk)
            rows.update(confirmed=True, replaced_until=None)
            works = Enrolment.objects.filter(authenticators__in=rows.filter(**ON_PHONE))
            state = Enrolment.State
            works.filter(state=state.ACTION_REQUIRED).update(state=state.ENROLLED)

    def erase(self) -> frozenset[str]:
        """Delete them and return how proofs named them; organisations have to set them up again.

        What one of them replaced, and is kept, counts again.
        """
        gone = self.factors()
        ended = list(self.filter(confirmed=True).values_list("enrolment", flat=True))
        enrolled = Enrolment.objects.filter(state=Enrolment.State.ENROLLED)
        enrolled = enrolled.filter(authenticators__in=self.filter(confirmed=True))
        enrolled.update(state=Enrolment.State.ACTION_REQUIRED)
        self.delete()
        Authenticator.objects.filter(enrolment__in=[pk for pk in ended if pk]).give_back()
        return gone

    def factors(self) -> frozenset[str]:
        """How proofs name them."""
        return frozenset(factor_of(pk) for pk in self.values_list("pk", flat=True))

    def devices_for_user(self, user: User, confirmed: bool | None = None) -> Self:
        """Those of a person, as django-otp asks for them."""
        rows = self.filter(user=user)
        if confirmed:
            return rows.usable()
        return rows if confirmed is None else rows.filter(confirmed=False)


class Authenticator(Device):
    """A time-based one-time password (RFC 6238) on one phone.

    `last_step` is the newest time step that was accepted: the row remembers no drift, so the window
    never walks, and a step is accepted once (NIST SP 800-63B-4 3.1.4.2, ASVS 5.0 6.5.1).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, related_name="authenticators")
    # Of an account with an organisation; null for the portal's own.
    enrolment = models.ForeignKey(
        Enrolment, null=True, on_delete=models.CASCADE, related_name="authenticators"
    )
    sealed_secret = SealedField(holds="authenticator secrets")
    last_step = models.BigIntegerField(default=-1)
    # Until then it proves no more than a recovery: see
    # `accounts.authentication.proofs.trusted_from`.
    trusted_from = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
    # Of an account with an organisation that a session without a strong proof set up elsewhere: it
    # proves nothing, and is erased then unless that was taken back.
    replaced_until = models.DateTimeField(null=True, db_index=True)
    asked_at = models.DateTimeField(null=True)  # whether it still works is asked once

    objects = AuthenticatorQuerySet.as_manager()  # type: ignore[misc, assignment] # same methods

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(confirmed=True), name="one_secret_an_enrolment"
            ),
        )

    def __str__(self) -> str:
        return f"authenticator {self.pk}"

    @property
    def secret(self) -> bytes:
        """The shared secret; raises `core.keys.crypto.CannotUnseal`."""
        return unseal(bytes(self.sealed_secret), context=self._context)

    @secret.setter
    def secret(self, secret: bytes) -> None:
        self.sealed_secret = seal(secret, context=self._context)

    @property
    def _context(self) -> str:
        return f"devices.authenticator:{self.public_id}"

    @property
    def factor(self) -> str:
        """How proofs name it."""
        return factor_of(self.pk)

    @property
    def is_held(self) -> bool:
        """Whether it still waits to count fully."""
        return self.counts_from > timezone.now()

    @property
    def counts_from(self) -> datetime:
        """From when it counts fully: once no hold lasts, and nobody disputes whose the phone is."""
        return max(self.trusted_from, self.phone.contested_until or self.trusted_from)

    def draw_secret(self) -> None:
        """Draw a fresh secret of `AUTHENTICATOR_SECRET_BYTES`."""
        self.secret = token_bytes(settings.AUTHENTICATOR_SECRET_BYTES)

    def code_at(self, step: int) -> str:
        """Return the digits of a time step, zeros in front included."""
        return codes_of(self.secret, [step])[0]

    def find_step(self, code: str) -> int | None:
        """Return the unused time step inside the window that this code belongs to.

        Every step is computed and compared in constant time, whichever is right.
        """
        now, window = step_now(), settings.AUTHENTICATOR_WINDOW
        steps = [step for step in range(now - window, now + window + 1) if step >= 0]
        own = codes_of(self.secret, steps)
        right = [
            step
            for step, digits in zip(steps, own, strict=True)
            if hmac.compare_digest(digits, code)
        ]
        return next((step for step in right if step > self.last_step), None)

    def consume(self, step: int) -> bool:
        """Use a time step up, and every older one; False if somebody else was first."""
        now = timezone.now()
        row = Authenticator.objects.filter(pk=self.pk, confirmed=True, last_step__lt=step)
        if row.update(last_step=step, last_used_at=now) != 1:
            return False
        Phone.objects.filter(pk=self.phone_id).update(last_used_at=now)
        return True


def codes_of(secret: bytes, steps: list[int]) -> list[str]:
    """Return the code of each time step."""
    digits = settings.AUTHENTICATOR_DIGITS
    numbers = [hotp(secret, step, digits) for step in steps]
    return [f"{number:0{digits}d}" for number in numbers]
