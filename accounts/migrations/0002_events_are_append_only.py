"""The database itself refuses to change an event, or to delete one before its year is over."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "accounts_securityevent"

SQLITE = f"""
CREATE TRIGGER event_never_changes BEFORE UPDATE ON {TABLE}
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_stays_a_year BEFORE DELETE ON {TABLE}
WHEN OLD.at > datetime('now', '-365 days')
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
"""

POSTGRESQL = f"""
CREATE FUNCTION latchkey_event_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '365 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events are append-only';
END
$guard$;
CREATE TRIGGER event_guard BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION latchkey_event_guard();
"""


def add_guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers in the dialect of the database."""
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)
        return
    for statement in SQLITE.strip().split("END;\n"):
        editor.execute(f"{statement.removesuffix('END;')} END;")


def drop_guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop the triggers again."""
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER event_guard ON {TABLE}")
        editor.execute("DROP FUNCTION latchkey_event_guard()")
        return
    editor.execute("DROP TRIGGER event_never_changes")
    editor.execute("DROP TRIGGER event_stays_a_year")


class Migration(migrations.Migration):
    """Guards the events."""

    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(add_guard, drop_guard)]
