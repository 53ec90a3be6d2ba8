"""`manage.py sealing_key`: print a fresh key for SEALING_KEYS."""

import secrets
from base64 import b64encode
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.keys.crypto import KEY_BYTES


class Command(BaseCommand):
    """Prints one entry `name:base64` and nothing else, so that it can be piped."""

    help = (
        "Print a new entry for SEALING_KEYS. Put it in front of the others, restart the site, "
        "run `manage.py reseal`, then remove the old entries."
    )
    requires_system_checks = []  # it makes what the checks would miss

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw the key; its name tells the day."""
        name = f"{timezone.now():%Y-%m-%d}-{secrets.token_hex(2)}"
        self.stdout.write(f"{name}:{b64encode(secrets.token_bytes(KEY_BYTES)).decode()}")
