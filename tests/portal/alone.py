"""Cases of one table with the same people: each finds everything as the first one did."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

from django.core.cache import cache
from django.db import transaction
from django.test import Client


@contextmanager
def alone(client: Client) -> Iterator[None]:
    """Let the browser ask for one URL, and take back what it did there."""
    cookies, point = deepcopy(client.cookies), transaction.savepoint()
    cache.clear()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        client.cookies = cookies
