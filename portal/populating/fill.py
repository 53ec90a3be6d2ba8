"""Add made-up accounts to the database, chunk by chunk."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from portal.populating.people import COLUMNS, Maker
from portal.populating.rows import Writer

A_CHUNK = 2000  # accounts


def fill(count: int, *, seed: int, show: Callable[[int], None]) -> int:
    """Add `count` accounts and return the number of rows; `show` gets the accounts done so far."""
    writer, rows = Writer(COLUMNS), 0
    maker = Maker(writer, count=count, seed=seed, now=timezone.now())
    for done, _key in enumerate(maker.people(count), 1):
        if done % A_CHUNK and done != count:
            continue
        with transaction.atomic():
            rows += writer.flush()
        show(done)
    writer.finish()
    return rows
