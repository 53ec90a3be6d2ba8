"""Recovery cases: the way back for a person who can use none of their sign-in methods."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.contacts.normalization import ADDRESS_LENGTH
from core.i18n import gettext_lazy as _
from core.web.http import AGENT_LENGTH


class CaseState(models.TextChoices):
    """Where a case stands. The first two are open; of each account one case is, at most."""

    WAITING = "waiting", _("open")  # the waiting time, then the decision of two officers
    APPROVED = "approved", _("approved")  # the link is on its way, or may be asked for
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped by the owner")  # by the owner, from a notice
    PROVED = (
        "proved",
        _("ended by a sign-in"),
    )  # the account was not lost
    WITHDRAWN = "withdrawn", _("withdrawn")  # by the person who opened it
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("expired")


OPEN = (CaseState.WAITING, CaseState.APPROVED)


class RecoveryCaseQuerySet(models.QuerySet["RecoveryCase"]):
    """Selections of cases."""

    def open(self) -> "RecoveryCaseQuerySet":
        """Those that may still lead to the account."""
        return self.filter(state__in=OPEN)

    def before(self, case: "RecoveryCase") -> "RecoveryCaseQuerySet":
        """Those that were opened before this one, newest first."""
        return self.filter(opened_at__lt=case.opened_at).order_by("-opened_at", "-pk")

    def real(self) -> "RecoveryCaseQuerySet":
        """Those of an account."""
        return self.filter(user__isnull=False)


class RecoveryCase(models.Model):
    """One wish to get back into an account; `contact` is where the person can be reached now.

    For an address that no account has there is a case too, without a `user`: it waits as long as
    another, is never shown to staff and is declined, so that pages and mails tell nobody which
    accounts there are.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="recovery_cases",
    )
    key = models.CharField(max_length=64)  # a keyed digest of the address that was named
    contact = models.EmailField(max_length=ADDRESS_LENGTH)
    language = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=10, choices=CaseState, default=CaseState.WAITING)
    evidence = models.JSONField(default=list)
    address = models.CharField(max_length=45, blank=True)  # of the network it was opened from
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    waits_until = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = RecoveryCaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = (
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(user__isnull=False, state__in=OPEN),
                name="one_open_case_an_account",
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(user__isnull=True, state__in=OPEN),
                name="one_open_case_a_stranger",
            ),
        )
        indexes: ClassVar = (
            models.Index(fields=["waits_until"], name="case_open", condition=Q(state__in=OPEN)),
            models.Index(fields=["user", "-opened_at"], name="case_of_person"),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        """Whether it may still lead to the account."""
        return self.state in OPEN

    @property
    def is_waiting(self) -> bool:
        """Whether the waiting time lasts: nobody can approve yet."""
        return self.state == CaseState.WAITING and self.waits_until > timezone.now()

    @property
    def is_ready(self) -> bool:
        """Whether officers may decide now."""
        return self.state == CaseState.WAITING and not self.is_waiting


class CaseApproval(models.Model):
    """An officer's word that the person is the owner; two different ones approve a case."""

    case = models.ForeignKey(RecoveryCase, on_delete=models.CASCADE, related_name="approvals")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    reason = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = (
            models.UniqueConstraint(fields=["case", "officer"], name="one_approval_an_officer"),
        )

    def __str__(self) -> str:
        return f"approval of {self.case_id}"
