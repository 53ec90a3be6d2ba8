"""Watches what is written: the promise that looking, or being refused, changes nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from devices.models import Session

READ = re.compile(
    r"\s*(SELECT|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT)\b[^;]*"
    r"|PRAGMA query_only|SHOW \w+",  # `/readyz` asks whether the database may be written to
    re.IGNORECASE,
)
OF_A_SESSION = re.compile(
    rf'\s*(INSERT INTO|UPDATE|DELETE FROM) "{Session._meta.db_table}"[^;]*', re.IGNORECASE
)
"""Browsers may keep their session, which `signed_in` watches; everything unknown is a write."""


@contextmanager
def untouched(asked: str) -> Iterator[None]:
    """Refuse all that writes meanwhile, whether or not a row changed and even if it is taken back.

    Of sessions, those in which somebody is signed in stay theirs and prove what they proved.
    """
    written: list[str] = []
    before: list[list[Any]] = []

    def note(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        if not READ.fullmatch(sql):
            before.append(signed_in())  # the first is as it was: nothing was written until now
            if not OF_A_SESSION.fullmatch(sql):
                written.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(note):
        yield
    assert not written, f"{asked} wrote: {written}"
    if before:
        assert signed_in() == before[0], f"{asked} changed who is signed in, or what they proved"


def signed_in() -> list[Any]:
    """Return whose each session is, and what it has proved."""
    rows = Session.objects.filter(user__isnull=False).order_by("public_id")
    return [(row.public_id, row.user_id, row.proofs) for row in rows]
