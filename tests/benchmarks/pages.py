"""Pages asked in this process, one after another: what the server does, without a network."""

import statistics
import time
from collections.abc import Mapping, Sequence

from django.test import Client

WARM_UP = 3


def medians(client: Client, pages: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Ask each page of each kind once, after a few to warm up, and return the milliseconds."""
    return {name: _median(client, paths) for name, paths in pages.items()}


def _median(client: Client, paths: Sequence[str]) -> float:
    for path in paths[:WARM_UP]:
        _ask(client, path)
    return statistics.median(_ask(client, path) for path in paths) * 1000


def _ask(client: Client, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path, secure=True)
    took = time.perf_counter() - started
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return took
