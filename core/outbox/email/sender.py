"""Mail: one message over Django's configured backend, and what its errors mean."""

import logging
import smtplib
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

from core.addresses import in_ascii
from core.outbox.email.timeout import cut_after
from core.outbox.types import Composed, FinalFailure, TemporaryFailure

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 600
"""How long the server may think after the text of a mail (RFC 5321, 4.5.3.2.6).

Who gives up earlier sends it again, although the server takes the first one as well.
"""

CONVERSATION_SECONDS = 660
"""The whole SMTP conversation; the worker renews the lease of the row meanwhile."""

GOODBYE_SECONDS = 5
"""How long to wait for an answer to QUIT, by which nothing is changed any more."""

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


def send(recipient: str, composed: Composed, *, message_id: str = "") -> None:
    """Hand one mail to the server; raises TemporaryFailure or FinalFailure (RFC 5321, 4.2.1).

    A retry carries the same `message_id`, so that a mailbox that got both shows one.
    """
    mail = _build(recipient, composed, message_id)
    connection = get_connection()
    try:
        with cut_after(CONVERSATION_SECONDS, partial(_socket_of, connection)):
            connection.open()
            _be_patient(connection, ANSWER_SECONDS)
            connection.send_messages([mail])
    except OSError as error:  # smtplib's errors are OSErrors too
        raise _classified(error) from None
    finally:
        _close(connection)


def _be_patient(connection: Any, seconds: float) -> None:
    """Set how long each answer may take; EMAIL_TIMEOUT was for reaching the server."""
    if (sock := _socket_of(connection)) is not None:
        sock.settimeout(seconds)


def _build(recipient: str, composed: Composed, message_id: str) -> EmailMultiAlternatives:
    subject = " ".join(composed.subject.split())
    try:
        recipient = in_ascii(recipient)  # in the table of browsers, not in that of Python (2003)
    except ValidationError:
        raise FinalFailure("not an address that mail can go to") from None
    headers = {**HEADERS, "Message-ID": message_id} if message_id else HEADERS
    mail = EmailMultiAlternatives(subject, composed.text, to=[recipient], headers=headers)
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
        # What a server says of itself names nobody; what it says of a mail may.
        logger.warning("the mail server could not be used: %s: %s", type(error).__name__, error)
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
        _be_patient(connection, GOODBYE_SECONDS)
        connection.close()
    except OSError as error:
        # The mail was accepted or refused before; how the server says goodbye changes nothing.
        logger.info("the mail server closed badly (%s)", type(error).__name__)
