"""Pages of long lists, without counting the rows."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

DIGITS = 5  # of a page's number: no list is longer, and no offset overflows
Row = TypeVar("Row", bound=Model)


def number_in(request: HttpRequest) -> int:
    """Return the number of the page that is asked for, from 1; 1 if it is none."""
    wanted = request.GET.get("page", "")
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= DIGITS
    return max(int(wanted), 1) if is_number else 1


def page_of(rows: QuerySet[Row], number: int, size: int) -> tuple[list[Row], bool]:
    """Return the rows of page `number` (from 1), and whether there is another page."""
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return found[:size], len(found) > size


def page_of_rows(request: HttpRequest, rows: QuerySet[Any], size: int = 25) -> dict[str, Any]:
    """Return the page that was asked for, and whether there is another; nothing is counted."""
    number = number_in(request)
    found, has_next = page_of(rows, number, size)
    return {"rows": found, "number": number, "has_next": has_next}
