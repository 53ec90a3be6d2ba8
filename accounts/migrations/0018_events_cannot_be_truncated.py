"""PostgreSQL refuses to empty the events, and dates them itself for who does not own the table."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Names are qualified: whoever may make a temporary table could put one of theirs before the catalog's.
POSTGRESQL = """
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

BACK = """
DROP TRIGGER event_clock ON accounts_securityevent;
DROP FUNCTION latchkey_event_clock();
DROP TRIGGER event_truncate ON accounts_securityevent;
DROP FUNCTION latchkey_event_truncate();
"""


def add_guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers; SQLite knows neither TRUNCATE nor roles."""
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)


def drop_guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them again."""
    if editor.connection.vendor == "postgresql":
        editor.execute(BACK)


class Migration(migrations.Migration):
    """Guards the events against whom a row's trigger does not see."""

    dependencies = [("accounts", "0017_link_mails")]

    operations = [migrations.RunPython(add_guard, drop_guard)]
