"""A pytest plugin: room for deep calls, which CPython 3.11 otherwise pays for again and again.

The interpreter keeps the frames of Python functions in chunks of 16 KiB, asks the kernel for the
next one when a call does not fit, and gives it back as soon as that call returns. A request through
every middleware and template inside of pytest goes some chunks deep, so that loops at the end of
one pay for it: a twentieth of the rolled-back tests' processor time, four minutes of `make test`.
A frame too large for a chunk gets a larger one, and what it leaves over is for all calls below it.
"""

from collections.abc import Callable
from typing import Any

import pytest

WORDS = 70_000
"""A little more than 512 KiB, so that the chunk is 1 MiB; memory nobody touches costs nothing."""


def with_room(call: Callable[..., Any], *given: Any) -> Any:
    """Call it below a large frame."""
    return call(*given)


with_room.__code__ = with_room.__code__.replace(co_stacksize=WORDS)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """Run a test and its fixtures as pytest does, with room."""
    runner: Any = item.config.pluginmanager.getplugin("runner")
    return with_room(runner.pytest_runtest_protocol, item, nextitem)
