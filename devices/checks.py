"""What `manage.py check --database default` looks up among the rows of what people hold."""

from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError
from django.db.models import Count

from devices.factors.relying_party import parties
from devices.models import Passkey


def check_passkey_hosts(databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Name the hosts whose passkeys sign nobody in here, and how many there are of each."""
    if not databases:
        return []
    rows = Passkey.objects.exclude(rp_id__in=parties()).values("rp_id")
    try:
        found = list(rows.annotate(count=Count("pk")).values_list("rp_id", "count"))
    except DatabaseError:
        return []  # before the first `migrate`
    return [
        Warning(
            f"{count} passkeys were made at {host} and sign nobody in at this one.",
            hint=f"PASSKEY_ORIGINS=https://{host} lets them work on; see docs/operating.md.",
            id="devices.W001",
        )
        for host, count in sorted(found)
    ]
