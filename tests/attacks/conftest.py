"""Every attack ends with the same questions: did the site stumble, and did a secret come out?"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core.outbox.sms import SentText
from tests.attacks.tools import Seen, fixture_people, outgoing, rows
from tests.conftest import SecureClient
from tests.live import LiveSite, Visitor
from tests.settings import LIVE


class WatchedClient(SecureClient):
    """A browser whose answers are looked at after the case."""

    def __init__(self, *args: Any, seen: Seen, **options: Any) -> None:
        super().__init__(*args, **options)
        self.raise_request_exception = False
        self.seen = seen

    def request(self, **request: Any) -> Any:
        """Send the request and keep the answer."""
        response = super().request(**request)
        content = b"" if response.streaming else response.content
        asked = f"{request['REQUEST_METHOD']} {request['PATH_INFO']}"
        self.seen.note(asked, response.status_code, content + str(response.headers).encode())
        return response


@pytest.fixture(autouse=True)
def seen(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, texts: list[SentText]
) -> Iterator[Seen]:
    """What came out of the site; nothing may have failed, and no planted secret be in it."""
    seen = Seen()
    for name, person in fixture_people(request).items():
        seen.plant(name, person)
    yield seen
    assert not seen.breaks()
    if not LIVE and "rows" in request.fixturenames:
        places = [*outgoing(texts), *rows(), ("the log", caplog.text.encode())]
        assert not seen.leaks(places)


@pytest.fixture
def client(seen: Seen) -> Client:
    """A browser without the browser."""
    return WatchedClient(seen=seen)


@pytest.fixture
def new_client(seen: Seen) -> Callable[..., Client]:
    """Makes more browsers."""
    return partial(WatchedClient, seen=seen)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The time of day, standing still until the test moves it."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def crowd(live: LiveSite, seen: Seen) -> Callable[..., list[Visitor]]:
    """Makes browsers at the running site, each at an address of its own."""

    def note(answer: httpx.Response) -> None:
        answer.read()
        headers = str(answer.headers).encode()
        asked = f"{answer.request.method} {answer.request.url.path}"
        seen.note(asked, answer.status_code, answer.content + headers)

    def make(count: int, like: Visitor | None = None) -> list[Visitor]:
        visitors = [like.twin() if like else live.visitor() for _each in range(count)]
        for visitor in visitors:
            # The server ends idle connections, perhaps just as the next request is on its way.
            visitor.http.headers["Connection"] = "close"
            visitor.http.event_hooks["response"].append(note)
        return visitors

    return make
