"""The block "With PostgreSQL and a worker" of the README, run as it is written there."""

import os
import pty
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.live.sinks import MailServer
from tests.portal.own_server import Server, server
from tests.settings import free_port

__all__ = ["server"]  # a fixture

ROOT = Path(__file__).resolve().parent.parent.parent
ADDRESS, PASSWORD = "first@example.org", "seven green apples on a hill"
STAYS = ("gunicorn", "deliver")
PATIENCE = 120  # seconds
RETRIES = 8  # a minute and more, until gunicorn listens


def block() -> list[str]:
    """The commands, in their order."""
    text = (ROOT / "README.md").read_text()
    part = text.partition("## With PostgreSQL and a worker\n")[2].partition("\n## ")[0]
    return [line.strip() for line in part.splitlines() if line.startswith("    ")]


def filled_in(name: str, value: str, known: dict[str, str]) -> str:
    """What an operator puts in the place of the dots."""
    return known[name] if "…" in value else value


def answers(command: list[str], environment: dict[str, str], *typed: tuple[str, str]) -> str:
    """Run a command at a terminal, and type each line after its question; return what it said."""
    ours, theirs = pty.openpty()
    run: Any = {"cwd": ROOT, "env": environment, "stdin": theirs, "stdout": theirs}
    with subprocess.Popen(command, stderr=theirs, start_new_session=True, **run) as process:
        os.close(theirs)
        said = ""
        for question, line in typed:
            while question not in said:
                said += os.read(ours, 4096).decode()
            said = ""
            os.write(ours, f"{line}\n".encode())
        said = "".join(rest(ours))
        assert process.wait(PATIENCE) == 0, said
    return said


def rest(terminal: int) -> Iterator[str]:
    """Read until the program has closed its end, which Linux calls an error."""
    while True:
        try:
            yield os.read(terminal, 4096).decode()
        except OSError:
            return


@contextmanager
def kept_running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    try:
        yield
        assert process.poll() is None, log.read_text()
    finally:
        process.terminate()
        process.wait(PATIENCE)


def seen(url: str, path: str) -> httpx.Response:
    """What the proxy that TRUSTED_PROXIES names is answered; waits until the site is there."""
    headers = {"Host": "id.example.org", "X-Forwarded-Proto": "https"}
    headers["X-Forwarded-For"] = "203.0.113.9"
    transport = httpx.HTTPTransport(retries=RETRIES)  # of connecting, with growing pauses
    with httpx.Client(transport=transport, timeout=PATIENCE) as proxy:
        return proxy.get(url + path, headers=headers)


def test_the_block_of_the_readme_runs_as_it_is_written(server: Server, tmp_path: Path) -> None:
    port = free_port()
    base = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ENV_FILE": os.devnull}
    environment = {**base, "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}"}
    said: dict[str, str] = {}
    with ExitStack() as stack:
        mail = stack.enter_context(MailServer())
        known = {"SECRET_KEY": "an-operator-draws-fifty-characters-of-their-own-0123456789"}
        known |= {"DATABASE_URL": server.url, "EMAIL_URL": mail.url}
        drawn = [".venv/bin/python", "manage.py", "sealing_key"]
        key = subprocess.run(
            drawn, cwd=ROOT, env={**base, "DEBUG": "true"}, check=True, capture_output=True
        )
        known["SEALING_KEYS"] = key.stdout.decode().split()[-1]
        for line in block():
            words = shlex.split(line, comments=True)
            if words[0] == "export":
                pairs = [pair.partition("=")[::2] for pair in words[1:]]
                environment |= {name: filled_in(name, value, known) for name, value in pairs}
                continue
            name = words[2] if words[1] == "manage.py" else "gunicorn"
            if name in STAYS:
                log = tmp_path / name
                stack.enter_context(kept_running(words, environment, log))
            elif name == "createsuperuser":
                typed = (("E-mail address: ", ADDRESS), ("Password: ", PASSWORD))
                again = ("Password, again: ", PASSWORD)
                said[name] = answers(words, environment, *typed, again)
            else:
                done = subprocess.run(
                    words, cwd=ROOT, env=environment, check=False, capture_output=True
                )
                said[name] = (done.stdout + done.stderr).decode()
                # No proxy answers at id.example.org here, which is all that the doctor misses.
                assert done.returncode == (name == "doctor"), said[name]
        url = f"http://127.0.0.1:{port}"
        assert seen(url, "/readyz").text == "ok"
        assert "Sign in" in seen(url, "/sign-in/").text
        link = re.search(r"https://id\.example\.org(/set-up/link/)#\S+", said["createsuperuser"])
        assert link
        assert seen(url, link[1]).status_code == 200
    faults = [line.split()[1] for line in said["doctor"].splitlines() if line.startswith("FAULT")]
    assert faults == ["proxy"]
    assert "127.0.0.1" in said["doctor"]
