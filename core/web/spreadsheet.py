"""Tables as CSV, streamed, that no spreadsheet takes for formulas."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run by spreadsheets (OWASP, “CSV Injection”)."""


class Echo:
    """A file that gives back what is written, for `csv.writer`."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def cell(value: Any) -> str:
    """Return the text of one cell; what a spreadsheet would run begins with an apostrophe."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Write rows as CSV (RFC 4180), one line at a time."""
    writer = csv.writer(Echo())
    yield from (writer.writerow([cell(value) for value in row]) for row in rows)


def streamed(rows: Iterable[Iterable[Any]], *, name: str) -> StreamingHttpResponse:
    """Answer with a file of this name, whose rows are read while it is sent."""
    response = StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
