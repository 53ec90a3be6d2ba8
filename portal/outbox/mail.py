"""Mail: one message over Django's configured backend, and what its errors mean."""

import logging
import smtplib
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from portal.outbox.composed import Composed, FinalFailure, TemporaryFailure
from portal.outbox.deadline import cut_after

logger = logging.getLogger(__name__)

CONVERSATION_SECONDS = 45
"""The whole SMTP conversation; shorter than a lease, so no second worker starts meanwhile."""

HEADERS = {
    "Auto-Submitted": "auto-generated",  # RFC 3834: no vacation answers to these
    "X-Auto-Response-Suppress": "All",
}

# Refusals of the server as a whole, which its operator mends: the message itself is still good.
ABOUT_THE_SERVER = (
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
)


def send(recipient: str, composed: Composed) -> None:
    """Hand one mail to the server; raises TemporaryFailure or FinalFailure (RFC 5321, 4.2.1)."""
    mail = _build(recipient, composed)
    connection = get_connection()
    try:
        with cut_after(CONVERSATION_SECONDS, partial(_socket_of, connection)):
            connection.open()
            connection.send_messages([mail])
    except OSError as error:  # smtplib's errors are OSErrors too
        raise _classified(error) from None
    finally:
        _close(connection)


def _build(recipient: str, composed: Composed) -> EmailMultiAlternatives:
    subject = " ".join(composed.subject.split())
    mail = EmailMultiAlternatives(subject, composed.text, to=[recipient], headers=HEADERS)
    if composed.html is not None:
        mail.attach_alternative(composed.html, "text/html")
    try:
        validate_email(recipient)
        mail.message()
    except (ValidationError, ValueError):
        raise FinalFailure("not an address that mail can go to") from None
    return mail


def _classified(error: OSError) -> TemporaryFailure | FinalFailure:
    code = _code(error)
    if code is None or isinstance(error, ABOUT_THE_SERVER):
        return TemporaryFailure(f"the mail server could not be used ({type(error).__name__})")
    failure = FinalFailure if code >= 500 else TemporaryFailure
    return failure(f"the mail server answered {code}")


def _code(error: OSError) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _words in error.recipients.values())
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _socket_of(connection: Any) -> Any:
    return getattr(getattr(connection, "connection", None), "sock", None)


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError as error:
        # The mail was accepted or refused before; how the server says goodbye changes nothing.
        logger.info("the mail server closed badly (%s)", type(error).__name__)
