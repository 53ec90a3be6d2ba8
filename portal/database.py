"""What an error of the database means for the person: "not now", or a mistake of ours."""

from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection

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
