"""What races, floods and timings showed, in figures: `make figures` lists them after a run."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection

LISTED = os.environ.get("LATCHKEY_FIGURES") == "1"
PROPERTY = "figure"
_noted: list[str] = []


def note(figure: str) -> None:
    """Add a figure to what the running test has shown."""
    _noted.append(figure)


def take() -> list[tuple[str, str]]:
    """Return what was noted since the last time, as properties of a report."""
    taken = [(PROPERTY, figure) for figure in _noted]
    _noted.clear()
    return taken


def note_race(outcomes: Iterable[Any], seconds: float) -> None:
    """Count how many of those who acted at once got which answer."""
    counted = Counter(_word(each) for each in outcomes)
    answers = ", ".join(f"{count} × {word}" for word, count in sorted(counted.items()))
    note(f"{counted.total()} at once: {answers} ({seconds:.2f} s)")


def _word(outcome: Any) -> str:
    status = getattr(outcome, "status_code", None)
    if status is not None:
        return str(status)
    if isinstance(outcome, bool | int | str | None):
        return str(outcome)
    return type(outcome).__name__


def list_figures(reporter: pytest.TerminalReporter) -> None:
    """Write a line for each figure below what pytest says."""
    if not LISTED:
        return
    reporter.section(f"figures, {connection.vendor}")
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            for name, figure in report.user_properties:
                if name == PROPERTY:
                    reporter.line(f"{report.nodeid.partition('tests/')[2]}: {figure}")
