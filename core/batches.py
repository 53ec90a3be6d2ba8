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
        # Not the default manager, which may hide the very rows that are to go.
        went = rows.model._base_manager.filter(pk__in=keys).delete()[0]
        gone += went
        if len(keys) < SIZE or not went:
            break
        time.sleep(PAUSE)
    return gone
