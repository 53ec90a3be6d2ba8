"""Fixtures of the stories about accounts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import time_machine
from django.conf import LazySettings

MORNING = datetime(2031, 5, 6, 9, 0, 5, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a story moves it."""
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def silent_gateway(settings: LazySettings) -> Iterator[list[str]]:
    """A gateway that takes messages and hangs up; holds the body of each."""
    taken: list[str] = []

    class Silent(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.connection.close()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Silent)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL = f"http+json://127.0.0.1:{server.server_port}/"
    yield taken
    server.shutdown()
    server.server_close()
