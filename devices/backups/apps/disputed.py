"""What is kept of backups while an account is in dispute."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from devices.models import KeySlot, Vault


def keep_through(user: User, until: datetime) -> None:
    """Keep what was put away or removed until `RECOVERY_HOLD` after the dispute.

    Bringing it back waits for the decision, and so must its end. Lock the person before, in
    the same transaction.
    """
    now, least = timezone.now(), until + settings.RECOVERY_HOLD
    vaults = Vault.objects.filter(user=user, ends_at__gt=now, ends_at__lt=least)
    vaults.exclude(state=Vault.State.ON).update(ends_at=least)
    removed_at = least - settings.REMOVED_SLOTS_KEPT
    slots = KeySlot.removed.filter(vault__user=user, removed_at__lt=removed_at)
    slots.update(removed_at=removed_at)
