"""The two roles of docs/operating.md, made by its commands as written, on a server of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from scripts.checks import ROOT, production
from scripts.postgres import find_programs, postgres

SETTINGS = production()  # one ring for all commands
INSERT = """
INSERT INTO accounts_securityevent (public_id, user_id, kind, at, address, agent, session, details)
VALUES (gen_random_uuid(), 0, 'sign_out:done', now() - interval '%s', '', '', '', '{}')
RETURNING now() - at < interval '11 minutes'
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An empty server: what psql needs to find it."""
    with postgres() as url:
        home = url.removeprefix("postgres://postgres@/").rpartition("/")[0]
        programs = find_programs(tmp_path_factory.mktemp("programs"))
        path = f"{programs}:{os.environ['PATH']}"
        psql = {"PGHOST": home, "PGUSER": "postgres", "PATH": path, "PGOPTIONS": ""}
        subprocess.run(["dropdb", "latchkey"], env=os.environ | psql, check=True)
        yield psql


def commands() -> list[str]:
    """The blocks of the section, first for a new database, then for one that is there."""
    text = (ROOT / "docs" / "operating.md").read_text()
    section = text.partition("## Two roles for PostgreSQL")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


def run(block: str, server: dict[str, str]) -> None:
    done = subprocess.run(
        ["sh", "-e"],
        input=block.replace("psql ", "psql -q -v ON_ERROR_STOP=1 "),
        env=os.environ | server,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def manage(server: dict[str, str], role: str, *arguments: str) -> str:
    url = f"postgres://{role}@/{server['PGHOST']}/latchkey"
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=os.environ | SETTINGS | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def connect(server: dict[str, str], role: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(host=server["PGHOST"], user=role, dbname="latchkey", autocommit=True)


def holds(server: dict[str, str]) -> None:
    """The site's role works, and cannot touch what happened."""
    with connect(server, "latchkey") as site:
        assert site.execute(INSERT % "1 second").fetchone() == (True,)
        assert site.execute(INSERT % "300 days").fetchone() == (True,)  # dated by the database
        assert site.execute(INSERT % "-300 days").fetchone() == (True,)
        site.execute("CREATE TEMPORARY TABLE pg_class (oid oid, relowner oid)")
        site.execute(
            "INSERT INTO pg_class SELECT oid, 'latchkey'::regrole FROM pg_catalog.pg_class"
        )
        assert site.execute(INSERT % "300 days").fetchone() == (True,)
        for attack in (
            "TRUNCATE accounts_securityevent",
            "TRUNCATE accounts_user CASCADE",
            "DROP TRIGGER event_guard ON accounts_securityevent",
            "ALTER TABLE accounts_securityevent DISABLE TRIGGER ALL",
            "DROP TABLE accounts_securityevent",
            "ALTER FUNCTION latchkey_event_guard() RENAME TO gone",
            "SET session_replication_role = replica",
            "UPDATE accounts_securityevent SET at = now() - interval '2 years'",
            "DELETE FROM accounts_securityevent",
            "CREATE TABLE mine (id int)",
        ):
            with pytest.raises(psycopg.Error):
                site.execute(attack)
    with connect(server, "latchkey_owner") as owner:
        with pytest.raises(psycopg.Error, match="append-only"):
            owner.execute("TRUNCATE accounts_securityevent")
        assert owner.execute(INSERT % "300 days").fetchone() == (False,)
    assert "accounts.W101" not in manage(server, "latchkey", "check", "--deploy")
    assert "accounts.W101" in manage(server, "latchkey_owner", "check", "--deploy")


def test_the_commands_make_two_roles_that_hold(server: dict[str, str]) -> None:
    new, later = commands()
    run(new, server)
    manage(server, "latchkey_owner", "migrate", "--verbosity", "0")
    holds(server)

    # A database of one role, as before: the same in the end.
    subprocess.run(["dropdb", "latchkey"], env=os.environ | server, check=True)
    subprocess.run(["dropuser", "latchkey_owner"], env=os.environ | server, check=True)
    subprocess.run(["createdb", "-O", "latchkey", "latchkey"], env=os.environ | server, check=True)
    manage(server, "latchkey", "migrate", "--verbosity", "0")
    assert "accounts.W101" in manage(server, "latchkey", "check", "--deploy")
    run(later, server)
    holds(server)
    manage(server, "latchkey_owner", "migrate", "--verbosity", "0")
