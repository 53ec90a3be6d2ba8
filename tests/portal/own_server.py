"""A PostgreSQL server that one module of tests may stop, and empty."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from scripts import postgres


class Server:
    """A PostgreSQL server of the test's own, and a site beside it."""

    def __init__(self, home: Path) -> None:
        self.home, self.programs = home, postgres.find_programs(home)
        self.running = ExitStack()
        make = [str(self.programs / "initdb"), "-D", str(home / "data"), "-U", "postgres"]
        postgres.must_run([*make, "-A", "trust", "--no-locale", "-E", "UTF8", "--no-sync"])
        self.start()
        create = [str(self.programs / "createdb"), "-h", str(home), "-U", "postgres", "latchkey"]
        postgres.must_run(create)

    @property
    def url(self) -> str:
        return f"postgres://postgres@/{self.home}/latchkey"

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(errors="replace")

    def start(self) -> None:
        options = postgres.UNSAFE_BUT_FAST
        self.running.enter_context(postgres.started(self.programs, self.home, options))

    def restart(self) -> None:
        self.running.close()
        self.start()

    def run(self, sql: str) -> None:
        writing = f"postgresql://postgres@/latchkey?host={self.home}"
        writing += "&options=-c%20default_transaction_read_only%3Doff"
        with psycopg.connect(writing, autocommit=True) as own:
            own.execute(sql.encode())

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Let no process of the server run: connections are taken, and never answered."""
        first = int((self.home / "data" / "postmaster.pid").read_text().split()[0])
        every = [first, *children(first)]
        for pid in every:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in every:
                os.kill(pid, signal.SIGCONT)


def children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in listed]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    home = Path(mkdtemp(prefix="latchkey-"))  # a short path, as sockets have to have
    if owner := postgres.identity():
        os.chown(home, owner["user"], owner["group"])
    server = Server(home)
    yield server
    server.running.close()
    shutil.rmtree(home, ignore_errors=True)
