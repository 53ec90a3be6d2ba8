"""Clocks: wall time of each act, CPU time of the server's processes."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """What a run of many like acts took: seconds each, seconds in all, CPU seconds each."""

    times: Sequence[float]
    wall: float
    cpu: float

    @property
    def median_ms(self) -> float:
        """Median of one act in milliseconds."""
        return statistics.median(self.times) * 1000

    @property
    def p95_ms(self) -> float:
        """95th percentile of one act in milliseconds."""
        return statistics.quantiles(self.times, n=20)[-1] * 1000

    @property
    def a_second(self) -> float:
        """Acts a second."""
        return len(self.times) / self.wall


def cpu_seconds(master: int) -> float:
    """Return the CPU seconds that a process and its living children have used."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return sum(_cpu_of(int(pid)) for pid in [str(master), *children])


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def run(act: Callable[[T], None], things: Iterable[T], *, at_once: int, server: int) -> Figures:
    """Do the act with each thing, so many at once, and look at the clocks."""

    def timed(thing: T) -> float:
        start = time.perf_counter()
        act(thing)
        return time.perf_counter() - start

    cpu, start = cpu_seconds(server), time.perf_counter()
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        times = list(pool.map(timed, things))
    wall = time.perf_counter() - start
    return Figures(times, wall, (cpu_seconds(server) - cpu) / len(times))


def cpu_of_call(act: Callable[[], object], times: int = 20) -> float:
    """Return the CPU seconds of one call, as the median of several."""
    found = []
    for _each in range(times):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return statistics.median(found)
