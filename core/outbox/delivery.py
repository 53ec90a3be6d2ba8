"""Handing one message over: compose it, send it, write down what came of it."""

import logging
import time
import traceback
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error, close_old_connections

from core.outbox import conf, sms
from core.outbox.email import dev_copies, sender
from core.outbox.models import Channel, Message
from core.outbox.types import Composed, FinalFailure, TemporaryFailure, UnknownOutcome

logger = logging.getLogger(__name__)


WRITE_PAUSES = (1, 2, 4, 8, 15, 30, 60, 60, 60)
"""Seconds between tries to write down that a message was accepted."""


TRIES_WITHOUT_ANSWER = 2
"""How often a text message is handed to a gateway that takes it and never answers."""


class Outcome(StrEnum):
    """How one try ended: the status of the row, or LOST if another worker has it by now."""

    SENT = "sent"
    RETRY = "queued"
    FAILED = "failed"
    EXPIRED = "expired"
    LOST = "lost"


def deliver(message: Message) -> Outcome:
    """Hand over a message that this caller has leased; every failure ends in the row.

    Runs outside any transaction, so that a slow server holds no lock.
    """
    try:
        _hand_over(message)
    except FinalFailure as failure:
        return _closed(message, message.mark_failed(failure.reason))
    except UnknownOutcome as failure:
        is_last = message.attempts >= TRIES_WITHOUT_ANSWER
        ended = message.mark_failed if is_last else message.put_off
        return _closed(message, ended(failure.reason))
    except TemporaryFailure as failure:
        return _closed(message, message.put_off(failure.reason))
    except Exception as error:  # noqa: BLE001 - one bad template must not stop all messages
        _log_frames(message, error)
        return _closed(message, message.put_off(f"internal error ({type(error).__name__})"))
    return _closed(message, _mark_sent(message))


def _mark_sent(message: Message) -> bool:
    """Write down that it was accepted, however often that takes: else it would be sent again."""
    for wait in (*WRITE_PAUSES, None):
        try:
            return message.mark_sent()
        except Error as error:
            if wait is None:
                raise
            words = (message.public_id, type(error).__name__)
            logger.warning("message %s was accepted; that cannot be written yet (%s)", *words)
            close_old_connections()
            time.sleep(wait)
    return False


def deliver_now(pk: int) -> None:
    """Hand one queued message over at once, unless a worker already has it."""
    message = Message.objects.filter(pk=pk).claim()
    if message:
        deliver(message)


def _hand_over(message: Message) -> None:
    composed: Composed = conf.composer()(message)
    if message.channel == Channel.SMS:
        _text(message, composed.text)
    else:
        sender.send(message.recipient, composed, message_id=_message_id(message))
    dev_copies.write(message, composed)


def _log_frames(message: Message, error: Exception) -> None:
    """Log where a composer failed without the error's own words: Django puts contexts there."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    words = (message.public_id, type(error).__name__, frames)
    logger.error("message %s could not be composed: %s at\n%s", *words)


def _message_id(message: Message) -> str:
    """Name the mail, the same in each try; RFC 5322 wants a part after the @."""
    host = urlsplit(settings.PORTAL_ORIGIN).hostname or "localhost"
    return f"<{message.public_id}@{host}>"


def _text(message: Message, text: str) -> None:
    try:
        gateway = sms.gateway_from_url(settings.SMS_URL, sender=settings.SMS_FROM)
    except ValueError as error:
        raise TemporaryFailure(str(error)) from None  # the operator may still mend the setting
    gateway.send(message.recipient, text, key=str(message.public_id))


def _closed(message: Message, is_ours: bool) -> Outcome:
    outcome = Outcome(str(message.status)) if is_ours else Outcome.LOST
    words = (message.public_id, message.channel, outcome, message.attempts, message.error)
    logger.log(_level(outcome), "message %s by %s: %s at try %s %s", *words)
    return outcome


def _level(outcome: Outcome) -> int:
    return logging.INFO if outcome == Outcome.SENT else logging.WARNING
