"""What an error of the database means for the person: "not now", or a mistake of ours."""

from typing import Any

from django.db import (
    DatabaseError,
    Error,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
)
from django.db.models import CharField, Func, Model, UniqueConstraint

from core.keys.crypto import CannotUnseal

NOT_NOW = (
    "08",  # connection_exception
    "25006",  # read_only_sql_transaction: a standby, or a server that is being looked after
    "28",  # invalid_authorization_specification
    "3D",  # invalid_catalog_name: there is no such database
    "3F",  # invalid_schema_name
    "40",  # transaction_rollback: serialization failures, deadlocks
    "42501",  # insufficient_privilege: the role may not yet, or no more
    "42P01",  # undefined_table: not migrated yet
    "42703",  # undefined_column: the same
    "53",  # insufficient_resources: disk, memory, connections
    "55",  # object_not_in_prerequisite_state: locks that were not to be had in time
    "57",  # operator_intervention: cancelled, shut down, starting up
    "58",  # system_error
    "72",  # snapshot_too_old
    "F0",  # config_file_error
    "XX",  # internal_error, corrupted data
)
"""Beginnings of SQLSTATEs (PostgreSQL, appendix A) that pass, or that the operator mends."""


def state_of(error: BaseException) -> str:
    """Return the SQLSTATE of an error of PostgreSQL, "" where there is none."""
    return str(getattr(error.__cause__, "sqlstate", None) or "")


def is_away(error: BaseException | None) -> bool:
    """Tell whether the database cannot serve now, rather than that we asked it something wrong."""
    if not isinstance(error, Error):
        return False
    if state := state_of(error):
        return state.startswith(NOT_NOW)
    return isinstance(error, (OperationalError, InterfaceError))


def is_not_now(error: BaseException | None) -> bool:
    """Tell whether the reason is the site's own, and passes or is mended by its operator."""
    return is_away(error) or isinstance(error, CannotUnseal)


def violates(error: IntegrityError, model: type[Model], *names: str) -> bool:
    """Tell whether one of these was violated: unique fields of the model, or named constraints.

    Anyone who takes an `IntegrityError` for "somebody else was first" names what that means;
    anything else is a mistake of ours, and goes on as one.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        found, table = str(diagnosis.constraint_name), model._meta.db_table
        return diagnosis.table_name == table and any(
            found == name
            or found.startswith(f"{table}_{name}_")
            or (name == "id" and found == f"{table}_pkey")
            for name in names
        )
    return any(_says(str(error), model, name) for name in names)


def _says(words: str, model: type[Model], name: str) -> bool:
    """Read SQLite's words, which name an index of expressions, else the columns."""
    head, _, rest = words.partition("UNIQUE constraint failed: ")
    if head or not rest:
        return False
    constraints = {each.name: each for each in model._meta.constraints}
    constraint = constraints.get(name)
    fields = [name]
    if isinstance(constraint, UniqueConstraint):
        expressions = [str(getattr(each, "name", "")) for each in constraint.expressions]
        fields = [*constraint.fields, *expressions]
    columns = {
        f"{model._meta.db_table}.{getattr(model._meta.get_field(each), 'column', '')}"
        for each in fields
    }
    return rest == f"index '{name}'" or set(rest.split(", ")) == columns


def why_not_ready() -> str:
    """Say why the database cannot serve now; "" if it can. Waits for a few seconds at most."""
    try:
        return "the database is read-only" if _is_read_only() else ""
    except DatabaseError as error:
        state = state_of(error)
        return f"no database (SQLSTATE {state})" if state else "no database"


def _is_read_only() -> bool:
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only" if is_postgresql else "PRAGMA query_only")
        return str(cursor.fetchone()[0]) in ("on", "1")


class DomainOf(Func):
    """The part of an address from its @ on, spelled so that an index can have it: no parameters."""

    arity = 1
    output_field = CharField()
    template = "SUBSTR(%(expressions)s, STRPOS(%(expressions)s, '@'))"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite's name for it."""
        template = "SUBSTR(%(expressions)s, INSTR(%(expressions)s, '@'))"
        return self.as_sql(compiler, connection, template=template, **context)
