"""What the out-box refuses to start with."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Advice
from django.utils.module_loading import import_string

from core.outbox import conf
from core.outbox.sms import gateway_from_url


def sms_url_is_known(**kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse an SMS_URL that names no gateway; empty means that text messages are off."""
    try:
        if settings.SMS_URL:
            gateway_from_url(settings.SMS_URL, sender=settings.SMS_FROM)
    except ValueError as error:
        return [Error(str(error), id="outbox.E001")]
    if settings.SMS_URL and not settings.SMS_COUNTRIES:
        problem = "SMS_URL is set, but SMS_COUNTRIES names no country that may get text messages."
        return [Error(problem, hint="Such as SMS_COUNTRIES=NL,BE.", id="outbox.E004")]
    return []


def delivery_is_known(**kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse an OUTBOX_DELIVERY that nobody would act upon."""
    if settings.OUTBOX_DELIVERY in (conf.INLINE, conf.WORKER):
        return []
    return [Error("OUTBOX_DELIVERY is neither inline nor worker.", id="outbox.E002")]


def dotted_paths_can_be_imported(**kwargs: Any) -> Sequence[CheckMessage]:
    """Refuse settings that name callables which are not there."""
    paths = [settings.OUTBOX_COMPOSER, *settings.HOUSEKEEPING]
    problems = [f"{path} cannot be imported." for path in paths if not _can_be_imported(path)]
    return [Error(problem, id="outbox.E003") for problem in problems]


def text_messages_leave_the_machine(**kwargs: Any) -> Sequence[CheckMessage]:
    """Warn of gateways that send nothing, and that print codes where logs are kept."""
    if settings.SMS_URL in ("console:", "memory:"):
        return [Advice("SMS_URL sends no text messages.", id="outbox.W001")]
    return []


def _can_be_imported(path: str) -> bool:
    try:
        return callable(import_string(path))
    except ImportError:
        return False
