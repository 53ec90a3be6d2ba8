"""What an operator may set for the out-box, read in this one place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

INLINE, WORKER = "inline", "worker"


def is_inline() -> bool:
    """Whether the request itself hands messages over, on commit, instead of a worker."""
    return bool(settings.OUTBOX_DELIVERY == INLINE)


def composer() -> Callable[..., Any]:
    """The callable named by OUTBOX_COMPOSER; raises ImportError if it is not there."""
    found: Callable[..., Any] = import_string(settings.OUTBOX_COMPOSER)
    return found


def mirror() -> Path | None:
    """Where messages are kept for reading during development; None outside of it."""
    folder = settings.OUTBOX_MIRROR
    return Path(folder) if settings.DEBUG and folder else None


def sms_timeout() -> float:
    """Seconds that a gateway may take to accept a connection, and again to answer."""
    return float(settings.SMS_TIMEOUT)


def sms_countries() -> frozenset[str]:
    """ISO 3166 codes of the countries that text messages may go to; none by default."""
    return frozenset(code.strip().upper() for code in settings.SMS_COUNTRIES)
