"""What still depends on an older sealing key, for `manage.py reseal`."""

from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.models import SentCode
from core.keys.crypto import key_ring
from devices.models import Installation, LinkRequest, WorkCode


def depending() -> list[str]:
    """Say what only its next use or its end frees of the older keys; nothing while there is one."""
    if len(key_ring()) == 1:
        return []
    lines = []
    if apps := Installation.objects.linked().filter(sealed_device__isnull=True).count():
        lines.append(
            f"{apps} linked apps have not called yet; without their key they are unlinked."
        )
    live = (SentCode.objects.live(), LinkRequest.objects.live(), WorkCode.objects.live())
    ends: list[Any] = [rows.aggregate(end=Max("expires_at"))["end"] for rows in live]
    if known := [end for end in ends if end]:
        until = timezone.localtime(max(known))
        lines.append(f"Codes on their way can be typed until {until:%H:%M:%S %Z}.")
    return lines
