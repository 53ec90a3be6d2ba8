"""`manage.py doctor` finds what is wrong around the site, and says what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from core.keys import key_check
from core.outbox.models import Message
from portal import doctor
from tests.live import LiveSite
from tests.live.sinks import MailServer
from tests.people import Person
from tests.settings import free_port


class PassesOn(BaseHTTPRequestHandler):
    """A proxy that passes a request on with its headers: the site answers before the body."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        self.send_response(405)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class TakesWhole(PassesOn):
    """A proxy that reads the whole request first."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        super().do_POST()


class Another(PassesOn):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()


@contextmanager
def in_front(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def fault_of(part: str) -> str:
    (found,) = [finding for finding in doctor.examine() if finding.part == part]
    return "" if found.is_well else found.words


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 1)


@pytest.mark.django_db
def test_all_is_well(settings: Settings) -> None:
    said = StringIO()
    with in_front(TakesWhole) as origin:
        settings.PORTAL_ORIGIN = origin
        call_command("doctor", stdout=said, no_color=True)
    lines = said.getvalue().splitlines()
    assert [line.split()[:2] for line in lines] == [["ok", part] for part in doctor.QUESTIONS]
    assert "slow requests are kept from the site" in lines[-1]


@pytest.mark.django_db
def test_a_fault_is_said_and_is_the_exit_code(settings: Settings) -> None:
    said = StringIO()
    with in_front(PassesOn) as origin:
        settings.PORTAL_ORIGIN = origin
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", stdout=said, no_color=True)
    assert ended.value.code == 1
    (line,) = [line for line in said.getvalue().splitlines() if line.startswith("FAULT")]
    assert "before its body had come" in line
    assert "“Slow clients” in docs/operating.md" in line


def test_the_chapter_it_names_exists(settings: Settings) -> None:
    assert "### Slow clients\n" in Path(settings.BASE_DIR, "docs/operating.md").read_text()


def test_a_site_without_a_proxy_is_found_out(
    live: LiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    _key, _key_file, _option, certificate = live.certificate
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    with pytest.raises(doctor.Fault, match="before its body had come"):
        doctor.proxy()


@pytest.mark.django_db
def test_another_site_at_the_origin(settings: Settings) -> None:
    with in_front(Another) as origin:
        settings.PORTAL_ORIGIN = origin
        assert "/healthz answers 404. Does PORTAL_ORIGIN lead to this site?" in fault_of("proxy")
    settings.PORTAL_ORIGIN = f"http://127.0.0.1:{free_port()}"
    assert "/healthz cannot be reached (ConnectionRefusedError" in fault_of("proxy")


@pytest.mark.django_db
def test_the_mail_server(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert "cannot be used (ConnectionRefusedError" in fault_of("mail")
    with MailServer() as server:
        settings.EMAIL_PORT = server.port
        assert not fault_of("mail")
        assert not server.messages()


@pytest.mark.django_db
def test_messages_that_nobody_delivers() -> None:
    now = timezone.now()
    waiting = {"channel": "email", "recipient": "ada@example.org", "kind": "password_changed"}
    row = Message.objects.create(
        **waiting,
        next_attempt_at=now - timedelta(seconds=30),
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    assert not fault_of("worker")
    Message.objects.filter(pk=row.pk).update(next_attempt_at=now - timedelta(minutes=12))
    assert "1, the oldest for 12 minutes. Is “manage.py deliver” running?" in fault_of("worker")


@pytest.mark.django_db
def test_a_clock_that_is_wrong(alice: Person, clock: time_machine.Traveller, client: Any) -> None:
    client.post("/sign-in/", {"email": alice.address, "password": "wrong"})
    clock.shift(-timedelta(minutes=5))
    assert "300 s behind events up to" in fault_of("clock")
    clock.shift(timedelta(days=1))
    assert ("are 86" in fault_of("clock")) == (connection.vendor == "postgresql")


@pytest.mark.django_db
def test_keys_that_open_nothing(settings: Settings) -> None:
    key_check.renew()
    settings.SEALING_KEYS = ["other:" + "A" * 43 + "="]
    assert "put that key back" in fault_of("keys")
