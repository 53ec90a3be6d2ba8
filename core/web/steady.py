"""Answers whose time tells nothing: what is done for one person and not for another is hidden."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


@contextmanager
def steady_answer(least: timedelta) -> Iterator[None]:
    """Let the block take at least this long.

    For acts that are rare and limited: a thread of the server waits meanwhile. It hides the
    difference as long as the block itself takes less; enter it before any transaction, so that no
    lock waits along.
    """
    started = time.monotonic()
    try:
        yield
    finally:
        # On purpose: what was done for one account and not for another is hidden.
        time.sleep(max(0.0, least.total_seconds() - (time.monotonic() - started)))
