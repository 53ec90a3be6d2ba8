"""What start-up refuses of the settings about people."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection

from accounts.activity import clock
from accounts.models import SecurityEvent
from accounts.passwords import leaked

OWNS = """
SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(%s)
"""


def check_leaked_passwords(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a LEAKED_PASSWORDS that is no file of `manage.py leaked_passwords`."""
    path = settings.LEAKED_PASSWORDS
    try:
        if path:
            leaked.check(path)
    except OSError as error:
        problem = f"LEAKED_PASSWORDS cannot be read: {type(error).__name__}."
        return [Error(problem, id="accounts.E101")]
    except leaked.Broken:
        hint = "Make it by `manage.py leaked_passwords LIST FILE`; docs/operating.md tells how."
        problem = "LEAKED_PASSWORDS is no file of leaked passwords, or half of one."
        return [Error(problem, hint=hint, id="accounts.E101")]
    return []


def check_events_owner(**kwargs: Any) -> list[CheckMessage]:
    """Warn if the site's own role could drop what keeps the events, where the database answers."""
    if connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNS, [SecurityEvent._meta.db_table])
            row = cursor.fetchone()
    except DatabaseError:
        return []
    if not row or not row[0]:
        return []
    problem = "The site's database role owns the events: anyone who takes it over can erase them."
    hint = "Give migrations a role of their own; docs/operating.md tells how."
    return [Warning(problem, hint=hint, id="accounts.W101")]


def check_clock(**kwargs: Any) -> list[CheckMessage]:
    """Warn if the clock is behind what the database remembers, where that answers."""
    try:
        late = clock.behind()
    except DatabaseError:
        return []
    if not late:
        return []
    problem = f"The clock of this host is {late}."
    hint = "Set it by NTP, and never back: codes and sessions end later than they should."
    return [Warning(problem, hint=hint, id="accounts.W102")]
