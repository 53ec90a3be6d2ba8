"""Clearing away many rows holds nobody up."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core import batches
from core.outbox.models import Message
from core.outbox.worker import clean_up


def old_messages(count: int) -> None:
    then = timezone.now() - timedelta(days=40)
    times = {"created_at": then, "next_attempt_at": then, "expires_at": then}
    Message.objects.bulk_create(
        Message(channel="email", recipient="a@b.org", kind="t", status="sent", **times)
        for _each in range(count)
    )


def test_old_rows_go_in_small_batches(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 10)
    old_messages(35)
    deleted: list[int] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("DELETE") and Message._meta.db_table in sql:
            deleted.append(len(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert batches.delete_in_batches(Message.objects.all()) == 35
    assert max(deleted) <= 10
    assert len(deleted) == 4


def test_all_of_housekeeping_deletes_that_way(db: None) -> None:
    """No statement of housekeeping deletes by a condition alone."""
    seen: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("DELETE"):
            seen.append(sql)
        return execute(sql, params, many, context)

    old_messages(1)
    with connection.execute_wrapper(watch):
        clean_up()
    assert seen
    assert not [sql for sql in seen if " IN (" not in sql], settings.HOUSEKEEPING
