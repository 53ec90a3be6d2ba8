"""What the out-box throws away; the worker calls it once an hour."""

from datetime import timedelta

from django.utils import timezone

from core.batches import delete_in_batches
from core.outbox.models import Message, Status

KEPT_FOR = timedelta(days=30)


def run() -> int:
    """Delete the messages that were closed and are older than 30 days; returns how many."""
    old = Message.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    return delete_in_batches(old.exclude(status=Status.QUEUED))
