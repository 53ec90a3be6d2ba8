"""What only trying shows: whether the parts around the site do what it counts on.

`manage.py check --deploy` reads settings; this asks database, keys, mail server, worker and proxy.
It changes nothing and sends nothing. Each question ends by itself within `PATIENCE`.
"""

import http.client
import smtplib
import ssl
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.activity import clock
from accounts.models import Role, User
from accounts.recovery_cases.deciding import NEEDED
from core.database import why_not_ready
from core.keys import key_check
from core.outbox.models import Message

PATIENCE = 5  # seconds
LATE = timedelta(minutes=1)
CLOCKS_APART = timedelta(seconds=5)
METHOD_NOT_ALLOWED = 405  # what /healthz says to a POST, before it reads the body


class Fault(Exception):
    """Something is wrong: says what, and what to do about it."""


@dataclass(frozen=True)
class Finding:
    """One answer: what was tried, whether it is well, and the words for it."""

    part: str
    is_well: bool
    words: str


def examine() -> list[Finding]:
    """Try every part, whatever the others said."""
    return [_ask(part, question) for part, question in QUESTIONS.items()]


def _ask(part: str, question: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, question())
    except Fault as fault:
        return Finding(part, False, str(fault))
    except DatabaseError as error:
        return Finding(part, False, f"Could not be tried: {type(error).__name__}.")


def database() -> str:
    """It answers, can be written to, and has every migration."""
    if reason := why_not_ready():
        raise Fault(f"Not ready: {reason}. Look at DATABASE_URL and at the database's own log.")
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        count = len(missing)
        raise Fault(f"Migrations missing: {count}. Run “manage.py migrate”.")
    return f"{connection.display_name} answers, can be written to, and is migrated."


def keys() -> str:
    """`SEALING_KEYS` opens what the database holds."""
    try:
        key_check.judge()
    except key_check.WrongKeys as error:
        raise Fault(str(error)) from error
    return "SEALING_KEYS opens what the database holds."


def clocks() -> str:
    """The clock has not stepped back, and agrees with that of the database server."""
    if late := clock.behind():
        raise Fault(
            f"This host's clock is {late}. Start NTP. Or are those events' dates wrong? See "
            "“The clock” in docs/operating.md."
        )
    if connection.vendor != "postgresql":
        return "The clock has not stepped back."
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(cursor.fetchone()[0] - timezone.now())
    if apart > CLOCKS_APART:
        seconds = int(apart.total_seconds())
        raise Fault(
            f"This host and the database server are {seconds} s apart: right codes may be "
            "refused, and events too. Start NTP on both."
        )
    return "The clock has not stepped back, and agrees with the database server's."


def mail() -> str:
    """The mail server lets the site in; nothing is sent."""
    if not settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        return f"Mail is not sent by SMTP (EMAIL_URL): {settings.EMAIL_BACKEND}."
    try:
        with closing(get_connection(timeout=PATIENCE)) as server:
            server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise Fault(
            f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} cannot be used "
            f"({type(error).__name__}: {error}). Look at EMAIL_URL."
        ) from error
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} lets the site in; nothing was sent."


def officers() -> str:
    """Count who can decide about recovery cases: no fault, as a small site may do without."""
    rows = User.objects.filter(is_active=True, role__gte=Role.RECOVERY_OFFICER)
    count = rows.filter(two_step_since__isnull=False).count()
    if count < NEEDED:
        return (
            f"Recovery officers: {count}. It takes {NEEDED} to let somebody in who has lost "
            "everything: see “Roles of staff” in docs/operating.md."
        )
    return f"Recovery officers: {count}."


def worker() -> str:
    """No message waits for somebody to deliver it."""
    now = timezone.now()
    late = Message.objects.due(now).filter(next_attempt_at__lt=now - LATE)
    if count := late.count():
        oldest = min(late.values_list("next_attempt_at", flat=True))
        minutes = int((now - oldest).total_seconds() // 60)
        raise Fault(
            f"Messages that are due: {count}, the oldest for {minutes} minutes. Is "
            "“manage.py deliver” running?"
        )
    return "No message has been due for more than a minute."


def proxy() -> str:
    """`PORTAL_ORIGIN` leads here, and what is in front passes on whole requests only.

    A body that is promised and never sent: the site answers it at once if it hears of it at all,
    and then a slow client holds one of its threads for as long as they like.
    """
    with closing(_connection()) as answering:
        status, text = _answer(answering, "GET")
        if (status, text) != (200, "ok"):
            raise Fault(f"{_healthz()} answers {status}. Does PORTAL_ORIGIN lead to this site?")
    with closing(_connection()) as promising:
        try:
            status, text = _answer(promising, "POST", promised=1)
        except TimeoutError:
            status = 0
    if status == METHOD_NOT_ALLOWED:
        raise Fault(
            "A request reached the site before its body had come: a few slow clients can stop it. "
            "See “Slow clients” in docs/operating.md."
        )
    return f"{_healthz()} answers, and slow requests are kept from the site."


def _healthz() -> str:
    return f"{settings.PORTAL_ORIGIN}/healthz"


def _connection() -> http.client.HTTPConnection:
    origin = urlsplit(settings.PORTAL_ORIGIN)
    if origin.scheme == "http":
        return http.client.HTTPConnection(origin.netloc, timeout=PATIENCE)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(origin.netloc, timeout=PATIENCE, context=context)


def _answer(to: http.client.HTTPConnection, method: str, *, promised: int = 0) -> tuple[int, str]:
    """Return status and text of /healthz; raises `TimeoutError` if a promise is not answered."""
    try:
        to.putrequest(method, "/healthz")
        if promised:
            to.putheader("Content-Length", str(promised))
        to.endheaders()
        response = to.getresponse()
        return response.status, response.read(100).decode(errors="replace")
    except TimeoutError as error:
        if promised:
            raise
        raise Fault(f"{_healthz()} says nothing within {PATIENCE} s.") from error
    except (OSError, http.client.HTTPException) as error:
        if promised:  # hung up on: it was not passed on either
            return 0, ""
        raise Fault(f"{_healthz()} cannot be reached ({type(error).__name__}: {error}).") from error


QUESTIONS: dict[str, Callable[[], str]] = {
    "database": database,
    "keys": keys,
    "clock": clocks,
    "mail": mail,
    "worker": worker,
    "officers": officers,
    "proxy": proxy,
}
