"""One migration an app since before the first release, and the schema is the one of all before."""

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accounts.models import Role
from scripts.schema import schema

GOLDEN = Path("tests/golden")
APPS = ("accounts", "devices", "outbox", "portal")


def test_the_schema_is_the_one_that_is_kept(db: None) -> None:
    kept = (GOLDEN / f"schema-{connection.vendor}.txt").read_text().splitlines()
    found = schema().splitlines()
    assert sorted(set(found) - set(kept)) == []
    assert sorted(set(kept) - set(found)) == []


@pytest.mark.parametrize("app", APPS)
def test_each_app_begins_with_its_schema(app: str) -> None:
    loader = MigrationLoader(None)
    first, *_later = sorted(name for label, name in loader.disk_migrations if label == app)
    assert first == "0001_schema"
    assert loader.disk_migrations[(app, first)].replaces[0] == (app, "0001_initial")


def test_a_database_that_had_all_of_before_goes_on(tmp_path: Path) -> None:
    """As one was when all of the replaced had run, and no later one."""
    path = tmp_path / "site.sqlite3"
    settings = {"ENV_FILE": os.devnull, "DATABASE_URL": f"sqlite:///{path}"}
    env = {**os.environ, **settings, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    env["DJANGO_SUPERUSER_PASSWORD"] = "correct horse battery staple"

    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    manage("migrate", "--verbosity", "0")
    for name in ("boss", "desk"):
        manage("createsuperuser", "--noinput", "--email", f"{name}@example.org")
    manage("migrate", "accounts", "0002_latest_event", "--verbosity", "0")
    replaced = [
        name
        for app in APPS
        for name in MigrationLoader(None).disk_migrations[(app, "0001_schema")].replaces
    ]
    with sqlite3.connect(path) as database:
        database.execute("UPDATE accounts_user SET is_superuser = 0 WHERE email LIKE 'desk@%'")
        database.execute("DROP INDEX event_at")
        database.execute("DELETE FROM django_migrations WHERE name = '0001_schema'")
        database.execute("DELETE FROM django_migrations WHERE name = '0002_latest_event'")
        row = "INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2026-11-01')"
        database.executemany(row, replaced)
    done = manage("migrate")
    assert re.findall(r"Applying (\S+)\.\.\. OK", done) == [
        "accounts.0002_latest_event",
        "accounts.0003_role",
        "accounts.0004_recovery_cases",
        "accounts.0005_recovery_contacts",
        "accounts.0006_search",
        "accounts.0007_staff_log",
        "accounts.0008_staff_acts",
        "accounts.0009_staff_notes",
        "accounts.0010_organisation_policy",
        "accounts.0011_invitations_of_organisations",
    ]
    assert "No migrations to apply" in manage("migrate")
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT email, role FROM accounts_user ORDER BY email").fetchall()
    assert rows == [
        ("boss@example.org", Role.ADMINISTRATOR),
        ("desk@example.org", Role.RECOVERY_OFFICER),
    ]
