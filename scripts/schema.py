"""Print the schema of the configured database, in an order that no migration changes.

Names of tables, columns, indexes, constraints, triggers and functions, as the database tells them.
`tests/golden/` keeps what it prints after all migrations, for SQLite and for PostgreSQL.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.db import connection

POSTGRESQL = (
    """SELECT table_name || '.' || column_name || ' ' || data_type
              || coalesce('(' || character_maximum_length || ')', '')
              || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
              || coalesce(' default ' || column_default, '')
              || CASE is_identity WHEN 'YES' THEN ' identity' ELSE '' END
       FROM information_schema.columns WHERE table_schema = 'public'""",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
       AND contype <> 'n'""",  # columns say that; PostgreSQL lists it a second time since 18
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    """SELECT pg_get_functiondef(oid) FROM pg_proc
       WHERE pronamespace = 'public'::regnamespace""",
)
OWN = re.compile(r"\b(accounts|devices|portal|latchkey)_")  # not the tables of Django
SQLITE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"


def _sqlite() -> Iterator[str]:
    """Yield each column and constraint of a table by itself, and everything else whole."""
    with connection.cursor() as cursor:
        cursor.execute(SQLITE)
        for (sql,) in cursor.fetchall():
            table = re.fullmatch(r'CREATE TABLE "(\w+)" \((.*)\)', sql, re.DOTALL)
            if table is None:
                yield sql
                continue
            for part in _parts(table[2]):
                yield f"{table[1]}.{part}"


def _parts(columns: str) -> Iterator[str]:
    depth, start = 0, 0
    for at, sign in enumerate(columns):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield columns[start:at].strip()
            start = at + 1
    yield columns[start:].strip()


def _postgresql() -> Iterator[str]:
    with connection.cursor() as cursor:
        for query in POSTGRESQL:
            cursor.execute(query)
            yield from (sql for (sql,) in cursor.fetchall())


def schema() -> str:
    """Return one line for each thing in the schema of the site's own tables, sorted."""
    found = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    lines = (" ".join(line.split()) for line in found)
    return "".join(sorted(f"{line}\n" for line in lines if OWN.search(line)))


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(schema())
