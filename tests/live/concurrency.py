"""Doing things at the same moment."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from tests import figures

T = TypeVar("T")


def at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Run every act in a thread of its own, all let go together; return what they returned."""
    gate, started = Barrier(len(acts)), time.perf_counter()

    def wait_and_act(act: Callable[[], T]) -> T:
        gate.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        outcomes = list(pool.map(wait_and_act, acts))
    figures.note_race(outcomes, time.perf_counter() - started)
    return outcomes
