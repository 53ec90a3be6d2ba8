"""Text messages through a real HTTP gateway, and what each of its answers means."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_django import Settings

from core.outbox.sms import SentText, gateway_from_url, memory_outbox
from core.outbox.types import FinalFailure, TemporaryFailure

NUMBER, TEXT = "+31612345678", "Your code is 987105 – ok?"


class Handler(BaseHTTPRequestHandler):
    """Notes each request and answers with the status and body that the server was given."""

    server: "GatewayServer"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.server.answer(self)

    def do_GET(self) -> None:
        self.server.followed = True
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep the test output quiet."""


class GatewayServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.followed = False
        self.answer: Callable[[Handler], None] = answers(200)

    def url(self, userinfo: str = "", query: str = "") -> str:
        return f"http+json://{userinfo}127.0.0.1:{self.server_port}/send{query}"


def answers(status: int, body: bytes = b"{}", **headers: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def server() -> Iterator[GatewayServer]:
    with GatewayServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_the_generic_gateway_posts_number_and_text_as_json(server: GatewayServer) -> None:
    gateway_from_url(server.url()).send(NUMBER, TEXT)
    ((path, headers, body),) = server.requests
    assert path == "/send"
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers
    assert json.loads(body) == {"to": NUMBER, "text": TEXT}


def test_the_sender_comes_from_the_url_or_else_from_the_setting(server: GatewayServer) -> None:
    gateway_from_url(server.url(query="?from=Latchkey&route=2"), sender="No").send(NUMBER, TEXT)
    gateway_from_url(server.url(), sender="Yes").send(NUMBER, TEXT)
    assert server.requests[0][0] == "/send?route=2"
    assert [json.loads(body)["from"] for _path, _headers, body in server.requests] == [
        "Latchkey",
        "Yes",
    ]


@pytest.mark.parametrize(
    ("userinfo", "expected"),
    [
        ("user:p%40ss@", "Basic " + base64.b64encode(b"user:p@ss").decode()),
        ("a-token@", "Bearer a-token"),
        (":a-token@", "Bearer a-token"),
    ],
)
def test_the_gateway_gets_its_credentials(
    server: GatewayServer, userinfo: str, expected: str
) -> None:
    gateway = gateway_from_url(server.url(userinfo))
    gateway.send(NUMBER, TEXT)
    assert server.requests[0][1]["Authorization"] == expected
    assert "token" not in repr(gateway)


def test_the_twilio_gateway_posts_the_form_that_twilio_takes(server: GatewayServer) -> None:
    server.answer = answers(201, b'{"sid": "SM1", "status": "queued"}')
    host = f"127.0.0.1:{server.server_port}"
    url = f"twilio://AC123:secret@{host}/?from=%2B15550100&scheme=http"
    gateway_from_url(url).send(NUMBER, TEXT)
    ((path, headers, body),) = server.requests
    assert path == "/2010-04-01/Accounts/AC123/Messages.json"
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"AC123:secret").decode()
    assert parse_qs(body.decode()) == {"To": [NUMBER], "From": ["+15550100"], "Body": [TEXT]}


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_or_broken_gateway_is_worth_another_try(server: GatewayServer, status: int) -> None:
    server.answer = answers(status, f"cannot send {TEXT}".encode())
    with pytest.raises(TemporaryFailure) as caught:
        gateway_from_url(server.url()).send(NUMBER, TEXT)
    assert caught.value.reason == f"the SMS gateway answered {status}"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_is_final(server: GatewayServer, status: int) -> None:
    server.answer = answers(status)
    with pytest.raises(FinalFailure) as caught:
        gateway_from_url(server.url()).send(NUMBER, TEXT)
    assert caught.value.reason == f"the SMS gateway answered {status}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server: GatewayServer, status: int) -> None:
    server.answer = answers(status, Location=f"http://127.0.0.1:{server.server_port}/elsewhere")
    with pytest.raises(FinalFailure):
        gateway_from_url(server.url()).send(NUMBER, TEXT)
    assert len(server.requests) == 1
    assert not server.followed


def test_a_refused_connection_is_worth_another_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TemporaryFailure, match="ConnectionRefusedError"):
        gateway_from_url(f"http+json://127.0.0.1:{port}/").send(NUMBER, TEXT)


def test_a_gateway_that_does_not_answer_is_given_up(settings: Settings) -> None:
    settings.SMS_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(TemporaryFailure, match="TimeoutError"):
            gateway_from_url(f"http+json://127.0.0.1:{port}/").send(NUMBER, TEXT)


def greet_like_a_mail_server(handler: Handler) -> None:
    handler.wfile.write(b"220 smtp.example.org ESMTP\r\n")


def drip(handler: Handler) -> None:
    """Send a byte now and then, never a status, until the other end has gone."""
    try:
        for _ in range(600):
            time.sleep(0.02)
            handler.wfile.write(b".")
    except OSError:
        pass


def test_a_gateway_that_drips_is_cut_off(server: GatewayServer, settings: Settings) -> None:
    settings.SMS_TIMEOUT = 0.2
    server.answer = drip
    started = time.monotonic()
    with pytest.raises(TemporaryFailure):
        gateway_from_url(server.url()).send(NUMBER, TEXT)
    assert time.monotonic() - started < 3


def test_an_accepted_message_counts_as_sent_whatever_follows(server: GatewayServer) -> None:
    server.answer = answers(202, b"x" * 1_000_000)
    gateway_from_url(server.url()).send(NUMBER, TEXT)
    server.answer = answers(202, b"cut", **{"Content-Length": "1000"})
    gateway_from_url(server.url()).send(NUMBER, TEXT)
    assert len(server.requests) == 2


def test_an_answer_that_is_not_http_is_worth_another_try(server: GatewayServer) -> None:
    server.answer = greet_like_a_mail_server
    with pytest.raises(TemporaryFailure):
        gateway_from_url(server.url()).send(NUMBER, TEXT)


def test_without_tls_behind_a_tls_url_nothing_is_sent(server: GatewayServer) -> None:
    url = server.url("a-token@").replace("http+json", "https+json")
    with pytest.raises(TemporaryFailure, match="SSL"):
        gateway_from_url(url).send(NUMBER, TEXT)
    assert server.requests == []


@pytest.mark.parametrize("number", ["0612345678", "+31 6", "", "+31612345678\n", "+٣١٦١٢٣٤٥٦٧٨"])
def test_what_is_not_an_international_number_is_refused(number: str) -> None:
    with pytest.raises(FinalFailure):
        gateway_from_url("memory:").send(number, TEXT)


def test_memory_and_console_show_the_message(capsys: pytest.CaptureFixture[str]) -> None:
    memory_outbox.clear()
    gateway_from_url("memory:").send(NUMBER, TEXT)
    assert memory_outbox == [SentText(NUMBER, TEXT)]
    gateway_from_url("console:").send(NUMBER, TEXT)
    assert TEXT in capsys.readouterr().out
