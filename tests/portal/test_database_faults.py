"""A PostgreSQL server that stops, restarts, is read-only or says no: pages, not tracebacks."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client

from core.database import is_away
from tests.portal.own_server import Server, server
from tests.settings import ENVIRONMENT, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = sys.executable
NUMBERS = count(1)
__all__ = ["server"]  # a fixture
HEADERS = {"Host": "testserver", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def site(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    port, log = free_port(), tmp_path_factory.mktemp("site") / "log"
    given = {"DATABASE_URL": server.url, "TRUSTED_PROXIES": "127.0.0.1"}
    given |= {"PORTAL_ORIGIN": "https://testserver", "OUTBOX_DELIVERY": "worker"}
    environment = {
        **os.environ,
        **ENVIRONMENT,
        **given,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--noinput", "-v", "0"]):
        manage = [PYTHON, "manage.py", *command]
        subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    command = [PYTHON, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "4", "--no-control-socket", "--log-level", "error"]
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    url = f"http://127.0.0.1:{port}"
    for _each in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield SimpleNamespace(url=url, log=log.read_text, environment=environment)
    process.terminate()
    process.wait()


def get(site: Any, path: str, **options: Any) -> httpx.Response:
    return httpx.get(site.url + path, headers=HEADERS, timeout=60, **options)


def write(site: Any) -> int:
    """Ask for what is counted in a row; the answer's status, 404 if all is well."""
    headers = {**HEADERS, "X-Forwarded-For": f"203.0.113.{next(NUMBERS)}"}
    path = f"{site.url}/api/authenticator/v1/link/look"
    return httpx.post(path, json={"code": "x"}, headers=headers, timeout=60).status_code


def until(check: Callable[[], bool]) -> None:
    for _each in range(100):
        if check():
            return
        time.sleep(0.2)
    raise AssertionError("it did not come back")


def test_a_server_that_never_answers_holds_up_neither_health_page(
    site: Any, server: Server
) -> None:
    assert get(site, "/readyz").status_code == 200
    assert get(site, "/security/").status_code == 302
    with server.stopped(), ThreadPoolExecutor(24) as pool:
        waiting = [pool.submit(write, site) for _each in range(16)]
        time.sleep(1)
        begun = time.monotonic()
        assert get(site, "/healthz").status_code == 200
        assert time.monotonic() - begun < 20
        ready = get(site, "/readyz")
        assert (ready.status_code, ready.headers["Retry-After"]) == (503, "5")
        assert time.monotonic() - begun < 45
        assert {each.result() for each in waiting} == {503}
    until(lambda: get(site, "/readyz").status_code == 200)
    assert write(site) == 404


def test_a_restart_costs_nobody_a_page(site: Any, server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:  # every thread has its connection
        list(pool.map(write, [site] * 8))
    server.restart()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(write, [site] * 16))
    assert set(answers) == {404}


def test_a_read_only_server_is_not_ready_and_answers_503(site: Any, server: Server) -> None:
    server.run("ALTER SYSTEM SET default_transaction_read_only = on")
    server.run("SELECT pg_reload_conf()")
    try:
        until(lambda: get(site, "/readyz").status_code == 503)
        assert "read-only" in get(site, "/readyz").text
        assert {write(site) for _each in range(13)} == {503}
        assert get(site, "/healthz").status_code == 200
    finally:
        server.run("ALTER SYSTEM RESET default_transaction_read_only")
        server.run("SELECT pg_reload_conf()")
    until(lambda: get(site, "/readyz").status_code == 200)
    assert write(site) == 404


# --- Every state of PostgreSQL ------------------------------------------------------------------


def wrapped(state: str, kind: type[DatabaseError] = DatabaseError) -> DatabaseError:
    cause = psycopg.errors.lookup(state)("in the server's words")
    error = kind("in the server's words")
    error.__cause__ = cause
    return error


NOT_NOW = (
    "08000 08006 25006 28000 28P01 3D000 3F000 40001 40P01 42501 42P01 42703 53100 53200 53300 "
    "55006 55P03 57014 57P01 57P02 57P03 58000 58030 F0000 XX000 XX001"
)
OUR_MISTAKES = "22001 22P02 23502 23503 23505 23514 42601 42804 42883 0A000 21000 25P02 P0001"


@pytest.mark.parametrize("state", NOT_NOW.split())
def test_states_that_pass_are_not_now(state: str) -> None:
    assert is_away(wrapped(state))


@pytest.mark.parametrize("state", OUR_MISTAKES.split())
def test_states_of_what_we_asked_are_mistakes(state: str) -> None:
    assert not is_away(wrapped(state))


def test_an_error_without_a_state_is_one_of_the_connection() -> None:
    assert is_away(OperationalError("gone"))
    assert is_away(InterfaceError("closed"))
    assert not is_away(DatabaseError("something else"))
    assert not is_away(RuntimeError("our own"))


@pytest.mark.urls("tests.portal.failing")
@pytest.mark.parametrize(("state", "status"), [("25006", 503), ("57014", 503), ("42601", 500)])
def test_pages_tell_them_apart(client: Client, db: None, state: str, status: int) -> None:
    client.raise_request_exception = False
    answer = client.get(f"/state/{state}/")
    assert answer.status_code == status
    assert (answer.get("Retry-After") == "5") is (status == 503)


def test_a_read_only_sqlite_file_is_not_ready(client: Client, db: None) -> None:
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
        try:
            answer = client.get("/readyz")
        finally:
            cursor.execute("PRAGMA query_only = 0")
    assert (answer.status_code, b"read-only" in answer.content) == (503, True)


def test_neither_log_holds_a_value_after_an_error(site: Any, server: Server) -> None:
    """The statements of docs/operating.md, run as they are written there."""
    text = (ROOT / "docs" / "operating.md").read_text()
    statements = re.findall(r"^    (ALTER ROLE .*;)$", text, re.MULTILINE)
    assert len(statements) == 3
    for statement in statements:
        server.run(statement.replace("latchkey", "postgres"))
    begun = len(server.log)
    script = (
        "import django; django.setup()\n"
        "from accounts.models import User\n"
        "User.objects.create_user('ada@secret.example', 'correct horse battery staple')\n"
        "try: User.objects.create_user('ada@secret.example', 'correct horse battery staple')\n"
        "except Exception: import logging; logging.getLogger('site').exception('broken')\n"
    )
    done = subprocess.run(
        [PYTHON, "-c", script], cwd=ROOT, env=site.environment, capture_output=True, check=True
    )
    assert b"broken" in done.stderr
    assert "duplicate key" in server.log[begun:]
    for said in (server.log[begun:], done.stderr.decode()):
        assert "ada@secret" not in said
        assert "argon2" not in said
