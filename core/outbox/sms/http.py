"""One HTTP POST to a gateway: no redirects, TLS verified, limited in time and size."""

import http.client
import logging
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from core.outbox import conf
from core.outbox.email.timeout import cut_after
from core.outbox.types import FinalFailure, TemporaryFailure, UnknownOutcome

logger = logging.getLogger(__name__)

MOST_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Endpoint:
    """Where to post; `path` includes the query."""

    scheme: str
    host: str
    port: int | None
    path: str


def post(endpoint: Endpoint, body: bytes, headers: Mapping[str, str]) -> None:
    """Post and judge the answer; SMS_TIMEOUT limits the connect, and each wait for the answer.

    2xx is success. No connection, a time-out, 429 and 5xx raise TemporaryFailure, everything
    else FinalFailure. What the gateway says in words is not passed on: it may repeat the text.
    """
    seconds = conf.sms_timeout()
    connection = _connection(endpoint, seconds)
    try:
        _reach(connection)
        status = _status(connection, endpoint.path, body, headers, seconds)
    except (OSError, http.client.HTTPException) as error:
        # It may have sent the message, and will be paid for it.
        raise UnknownOutcome(_unused(error)) from None
    finally:
        connection.close()
    _judge(status)


def _connection(endpoint: Endpoint, seconds: float) -> http.client.HTTPConnection:
    host, port = endpoint.host, endpoint.port
    if endpoint.scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=seconds)
    verified = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=seconds, context=verified)


def _status(
    connection: http.client.HTTPConnection,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    seconds: float,
) -> int:
    sock = connection.sock  # kept, as the connection lets go of it before the answer is read
    # A gateway that sends a byte now and then would never run into the socket's own limit.
    with cut_after(2 * seconds, lambda: sock):
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        with suppress(OSError, http.client.HTTPException):
            answer.read(MOST_ANSWER_BYTES)  # the status has decided already
        return answer.status


def _reach(connection: http.client.HTTPConnection) -> None:
    """Connect; whatever goes wrong here, nothing was sent."""
    try:
        connection.connect()
    except OSError as error:
        raise TemporaryFailure(_unused(error)) from None


def _unused(error: Exception) -> str:
    logger.warning("the SMS gateway could not be used: %s: %s", type(error).__name__, error)
    return f"the SMS gateway could not be used ({type(error).__name__})"


def _judge(status: int) -> None:
    if 200 <= status < 300:
        return
    reason = f"the SMS gateway answered {status}"
    raise TemporaryFailure(reason) if status == 429 or status >= 500 else FinalFailure(reason)
