"""The database itself refuses to change an event, or to delete one before its year has passed.

PostgreSQL also refuses to empty the table, and dates events itself for a role that does not own it.
SQLite knows neither TRUNCATE nor roles.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = """
CREATE TRIGGER event_never_changes BEFORE UPDATE ON accounts_securityevent
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_stays_a_year BEFORE DELETE ON accounts_securityevent
WHEN OLD.at > datetime('now', '-365 days')
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
"""

# Catalogs are named whole: somebody who may make a temporary table could put theirs before them.
POSTGRESQL = """
CREATE FUNCTION latchkey_event_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events are append-only';
END
$guard$;
CREATE TRIGGER event_guard BEFORE UPDATE OR DELETE ON accounts_securityevent
FOR EACH ROW EXECUTE FUNCTION latchkey_event_guard();
CREATE FUNCTION latchkey_event_truncate() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    RAISE EXCEPTION 'events are append-only';
END
$guard$;
CREATE TRIGGER event_truncate BEFORE TRUNCATE ON accounts_securityevent
FOR EACH STATEMENT EXECUTE FUNCTION latchkey_event_truncate();
CREATE FUNCTION latchkey_event_clock() RETURNS trigger LANGUAGE plpgsql AS $guard$
DECLARE
    owner oid := (SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID);
    present timestamptz := pg_catalog.clock_timestamp();
BEGIN
    IF NOT pg_catalog.pg_has_role(current_user, owner, 'MEMBER')
       AND NEW.at NOT BETWEEN present - interval '10 minutes' AND present + interval '10 minutes'
    THEN
        NEW.at := present;
    END IF;
    RETURN NEW;
END
$guard$;
CREATE TRIGGER event_clock BEFORE INSERT ON accounts_securityevent
FOR EACH ROW EXECUTE FUNCTION latchkey_event_clock();
"""


def add(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers in the dialect of the database."""
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)
        return
    for statement in SQLITE.strip().split("END;\n"):
        editor.execute(f"{statement.removesuffix('END;')} END;")
