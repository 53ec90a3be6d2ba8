"""Every event that people are told of, with everything its sentence may name."""

from typing import Any

from accounts.activity.event_kinds import KINDS
from accounts.models import EventKind
from core.web.http import RequestOrigin

NOTICES = sorted(kind for kind in EventKind if KINDS[kind].notice)
HERE = RequestOrigin("192.0.2.7", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
DETAILS: dict[str, Any] = {
    "address": "second@latchkey.example",
    "number": "•• 58",
    "method": "authenticator",
    "methods": ["password", "email"],
    "phone": "Pixel 8",
    "role": "support",
    "passkey": "Blue key",
    "organisation": "Example Ltd",
    "browser": "Firefox on Linux",
    "name": "Alice",
    "days": 30,
    "reason": "asked for by phone",
}
