"""Logs: one entry is one line, whatever a stranger put into it."""

import logging
import re
import time
from typing import Any

from core.database import is_not_now

ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))}
VALUES = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*$", re.MULTILINE)
ESCAPES |= {0x2028: "\\u2028", 0x2029: "\\u2029", 0x202E: "\\u202e"}


class OneLine(logging.Formatter):
    """Writes control characters as escapes, so that nobody can forge or colour an entry."""

    def format(self, record: logging.LogRecord) -> str:
        """Format as usual; only the traceback of our own code keeps its lines."""
        trace, record.exc_text = record.exc_info, None
        record.exc_info = None
        line = super().format(record).translate(ESCAPES)
        record.exc_info = trace
        return f"{line}\n{self.formatException(trace)}" if trace else line

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name that logging calls
        """Leave out what the database says of rows: it repeats their values."""
        return VALUES.sub(r"\1: (not logged)", super().formatException(ei))


class Calm(logging.Filter):
    """Tells of a database that is away in one line, and of the same again once in `EVERY` seconds.

    Each request, and each of many workers, would write its own traceback otherwise.
    """

    EVERY = 10.0

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop the traceback of what passes, and the line itself if it was told just now."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None or not is_not_now(error):
            return True
        cause = f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
        now = time.monotonic()
        at, left_out = self._told.get(cause, (-self.EVERY, 0))
        if now - at < self.EVERY:
            self._told[cause] = (at, left_out + 1)
            return False
        self._told[cause] = (now, 0)
        more = f", and {left_out} more before" if left_out else ""
        record.msg, record.args = f"{record.getMessage()} ({cause}{more})", ()
        record.exc_info = record.exc_text = None
        return True
