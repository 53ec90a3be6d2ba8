"""Many rows of many tables at once: COPY on PostgreSQL, one INSERT for many elsewhere."""

import json
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

Model = type[models.Model]
Row = tuple[Any, ...]


class Table:
    """Writes rows of one model, each a tuple of `columns`; all other columns get their default."""

    def __init__(self, model: Model, columns: Sequence[str]) -> None:
        meta = model._meta
        fields = {field.attname: field for field in meta.concrete_fields}
        self.name = connection.ops.quote_name(meta.db_table)
        self.given = [_converter(fields[column]) for column in columns]
        rest = [fields[name] for name in fields if name not in columns and name != "id"]
        self.drawn = [field for field in rest if field.default is uuid.uuid4]
        kept = [field for field in rest if field not in self.drawn]
        self.kept = tuple(_prepared(field, field.get_default()) for field in kept)
        order = [*(fields[name] for name in columns), *self.drawn, *kept]
        self.columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in order)
        self.width = len(order)
        self.as_uuid = uuid.uuid4 if _copies() else (lambda: uuid.uuid4().hex)

    def write(self, rows: Sequence[Row]) -> None:
        """Write all of these; the caller has opened a transaction."""
        whole = (
            (
                *(convert(value) for convert, value in zip(self.given, row, strict=True)),
                *(self.as_uuid() for _field in self.drawn),
                *self.kept,
            )
            for row in rows
        )
        with connection.cursor() as cursor:
            if not _copies():
                marks = ", ".join(["%s"] * self.width)
                # Table and columns are those of our models, quoted; values are parameters.
                sql = f"INSERT INTO {self.name} ({self.columns}) VALUES ({marks})"  # noqa: S608
                cursor.executemany(sql, list(whole))
                return
            raw: Any = cursor.cursor
            with raw.copy(f"COPY {self.name} ({self.columns}) FROM STDIN") as copy:
                for row in whole:
                    copy.write_row(row)


class Writer:
    """Gathers rows of several tables and writes them in the order of the tables."""

    def __init__(self, columns: dict[Model, tuple[str, ...]]) -> None:
        self.tables = {model: Table(model, names) for model, names in columns.items()}
        self.rows: dict[Model, list[Row]] = defaultdict(list)

    def add(self, model: Model, *values: Any) -> None:
        """Keep one row for `flush`."""
        self.rows[model].append(values)

    def flush(self) -> int:
        """Write what was gathered, and return how many rows that were."""
        count = sum(map(len, self.rows.values()))
        for model, table in self.tables.items():
            if self.rows[model]:
                table.write(self.rows[model])
        self.rows.clear()
        return count

    def finish(self) -> None:
        """Let keys go on after those that were written, and the planner know the new sizes."""
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), list(self.tables)):
                cursor.execute(sql)
            cursor.execute("ANALYZE")


def next_key(model: Model) -> int:
    """Return the first key that no row has."""
    return (model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


def _copies() -> bool:
    return connection.vendor == "postgresql"


def _prepared(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _converter(field: Any) -> Callable[[Any], Any]:
    """Return what makes a value one that the driver takes, as cheaply as can be."""
    if isinstance(field, models.JSONField):
        made: dict[str, Any] = {}

        def from_json(value: Any) -> Any:
            text = json.dumps(value, sort_keys=True)
            if text not in made:
                made[text] = _prepared(field, value)
            return made[text]

        return from_json
    return (lambda value: value) if _copies() else (lambda value: _prepared(field, value))
