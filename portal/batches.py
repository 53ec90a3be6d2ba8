"""Deleting many rows without holding anybody up."""

import time

from django.db.models import Model, QuerySet

SIZE = 500
"""Rows that go at once: few enough that a code waits for no more than a blink."""

PAUSE = 0.02
"""Seconds between two batches, in which others get at the database."""


def delete_in_batches(rows: QuerySet[Model]) -> int:
    """Delete rows a few at a time, each batch in a transaction of its own; return how many went."""
    gone = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:SIZE]):
        gone += rows.model._default_manager.filter(pk__in=keys).delete()[0]
        if len(keys) < SIZE:
            break
        time.sleep(PAUSE)
    return gone
