"""Organisations that give people an account of theirs, kept on a phone beside the others."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from core.fields import NameField
from core.i18n import gettext_lazy as _

NAME_LENGTH = 80
HELP_LENGTH = 300
LABEL_LENGTH = 100
REASON_LENGTH = 500


class Organisation(models.Model):
    """A firm or a school; `help` says whom its people can ask."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = NameField(_("name"), max_length=NAME_LENGTH, unique=True)
    help = NameField(_("who to contact"), max_length=HELP_LENGTH, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Its policy; what holds for a person is kept on `User`, see `accounts.organisation_policy`.
    two_step_from = models.DateField(_("two-step verification required from"), null=True)
    barred_steps = models.JSONField(null=True, editable=False)  # slugs of steps that send codes
    session_hours = models.PositiveSmallIntegerField(_("longest session, in hours"), null=True)

    class Meta:
        ordering = ("name",)
        indexes = (models.Index(Upper("name"), name="organisation_name"),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """That somebody belongs to an organisation; managers see its people under `/organisation/`."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    created_at = models.DateTimeField(default=timezone.now)
    is_manager = models.BooleanField(_("manager"), default=False, db_default=False)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["organisation", "user"], name="member_once"),
        )

    def __str__(self) -> str:
        return f"member {self.pk}"


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Selections of enrolments."""

    def current(self) -> "EnrolmentQuerySet":
        """Those that staff did not end."""
        return self.exclude(state=Enrolment.State.ENDED)

    def asked(self) -> "EnrolmentQuerySet":
        """Those whose person waits for an answer, the one who waits longest first."""
        return self.filter(state=Enrolment.State.ASKED).order_by("asked_at", "pk")

    def approved(self) -> "EnrolmentQuerySet":
        """Those for which a one-time code can be made now."""
        since = timezone.now() - settings.WORK_APPROVAL_AGE
        return self.filter(state=Enrolment.State.APPROVED, approved_at__gt=since)

    def not_approved(self) -> "EnrolmentQuerySet":
        """The others, judged by the row itself: a subquery would see it as it was before a wait."""
        since = timezone.now() - settings.WORK_APPROVAL_AGE
        return self.filter(~Q(state=Enrolment.State.APPROVED) | Q(approved_at__lte=since))

    def lapsed(self) -> "EnrolmentQuerySet":
        """Those that were approved and not used in time."""
        since = timezone.now() - settings.WORK_APPROVAL_AGE
        return self.filter(state=Enrolment.State.APPROVED, approved_at__lte=since)


class Enrolment(models.Model):
    """The account of one person with one organisation.

    The secret stands in `devices.Authenticator`. One that is enrolled works on one phone until the
    next one was proved, whatever its state says meanwhile.
    """

    class State(models.TextChoices):
        APPROVED = "approved", _("ready to be set up")
        ENROLLED = "enrolled", _("set up")
        ACTION_REQUIRED = "action_required", _("action required")
        ASKED = "asked", _("asked")
        ENDED = "ended", _("ended")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="enrolments"
    )
    label = NameField(max_length=LABEL_LENGTH)  # what the person is called there
    state = models.CharField(max_length=16, choices=State.choices)
    created_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)  # of the approval
    enrolled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=["asked_at"], name="enrolment_asked", condition=Q(state="asked")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=~Q(state="ended"),
                name="one_current_enrolment",
            ),
        )

    def __str__(self) -> str:
        return f"enrolment {self.public_id}"
