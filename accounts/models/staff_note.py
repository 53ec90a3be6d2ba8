"""What staff write down about an account for each other."""

from django.conf import settings
from django.db import models
from django.utils import timezone

TEXT_LENGTH = 1000
TICKET_LENGTH = 40


class StaffNote(models.Model):
    """A note of one member of staff; `ticket` is the number of the case in the help desk's system.

    The person sees in their activity that there is one, not what it says.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="staff_notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.CharField(max_length=TEXT_LENGTH)
    ticket = models.CharField(max_length=TICKET_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=["user", "-id"], name="note_of_person"),)

    def __str__(self) -> str:
        return f"note {self.pk}"
