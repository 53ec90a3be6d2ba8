"""Fixtures of the stories about accounts."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

MORNING = datetime(2031, 5, 6, 9, 0, 5, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a story moves it."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller
