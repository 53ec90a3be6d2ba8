"""Logs: one entry is one line, whatever a stranger put into it."""

import logging

ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))}
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
