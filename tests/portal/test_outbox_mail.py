"""Mail over real SMTP: what is sent, and what each answer of the server leads to."""

import asyncio
import email
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from email.message import Message as Parsed

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone
from pytest_django import Settings

from core.outbox import Composed, queue
from core.outbox.delivery import Outcome
from core.outbox.email import sender
from core.outbox.models import Message
from core.outbox.worker import run_round

pytestmark = pytest.mark.django_db(transaction=True)
ALICE = "alice@example.org"


def parsed(envelope: Envelope) -> Parsed:
    assert isinstance(envelope.content, bytes)
    return email.message_from_bytes(envelope.content)


class Server:
    """Answers RCPT and DATA with the next line of a script, then with 250."""

    def __init__(self) -> None:
        self.recipient_answers: list[str] = []
        self.data_answers: list[str] = []
        self.received: list[Parsed] = []
        self.recipients: list[str] = []
        self.delay = 0.0

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await asyncio.sleep(self.delay)
        answer = self.recipient_answers.pop(0) if self.recipient_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer.startswith("250"):
            self.received.append(parsed(envelope))
            self.recipients += envelope.rcpt_tos
        return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture(autouse=True)
def outbox(settings: Settings) -> None:
    settings.OUTBOX_COMPOSER = f"{__name__}.compose"
    settings.OUTBOX_DELIVERY = "worker"
    settings.DEFAULT_FROM_EMAIL = "Latchkey <no-reply@example.org>"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 10


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield handler
    controller.stop()


def compose(message: Message) -> Composed:
    subject = "Your sign-in\r\nBcc: eve@example.org"
    return Composed(subject, f"Try {message.attempts}", f"<p>Try {message.attempts}</p>")


def queued(recipient: str = ALICE) -> Message:
    later = timezone.now() + timedelta(hours=1)
    return queue(channel="email", recipient=recipient, kind="t", context={}, expires_at=later)


def delivered(message: Message) -> Message:
    run_round()
    message.refresh_from_db()
    return message


def test_a_mail_has_both_parts_and_says_that_a_machine_wrote_it(server: Server) -> None:
    assert delivered(queued()).status == "sent"
    (received,) = server.received
    parts = [part.get_content_type() for part in received.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["X-Auto-Response-Suppress"] == "All"
    assert received["From"] == "Latchkey <no-reply@example.org>"


def test_a_line_break_in_a_subject_adds_no_header_and_no_recipient(server: Server) -> None:
    delivered(queued())
    assert server.received[0]["Subject"] == "Your sign-in Bcc: eve@example.org"
    assert server.received[0]["Bcc"] is None
    assert server.recipients == [ALICE]


@pytest.mark.parametrize(
    "recipient", ["alice@example.org\nBcc: eve@example.org", "a@b.org, eve@b.org", "alice", ""]
)
def test_what_is_not_one_address_gets_no_mail(server: Server, recipient: str) -> None:
    message = delivered(queued(recipient))
    assert message.status == "failed"
    assert message.error == "not an address that mail can go to"
    assert server.received == []


@pytest.mark.parametrize("where", ["recipient_answers", "data_answers"])
def test_451_is_tried_again_and_then_sent_with_fresh_words(server: Server, where: str) -> None:
    getattr(server, where).append("451 come back later")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        message = delivered(queued())
        assert message.status == "queued"
        assert message.error == "the mail server answered 451"
        clock.shift(timedelta(seconds=5))
        assert delivered(message).status == "sent"
    assert "Try 2" in str(server.received[0])
    assert len(server.received) == 1
    assert server.received[0]["Message-ID"] == f"<{message.public_id}@testserver>"


@pytest.mark.parametrize("where", ["recipient_answers", "data_answers"])
def test_550_is_final(server: Server, where: str) -> None:
    getattr(server, where).append("550 no such person as alice@example.org")
    message = delivered(queued())
    assert message.status == "failed"
    assert message.error == "the mail server answered 550"
    assert message.fate.text == "Not delivered. Try another way."
    assert run_round().total() == 0


def test_a_refused_connection_is_tried_again() -> None:
    message = delivered(queued())
    assert message.status == "queued"
    assert message.error == "the mail server could not be used (ConnectionRefusedError)"


def test_a_server_that_says_nothing_is_given_up_after_the_time_limit(
    settings: Settings,
) -> None:
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", settings.EMAIL_PORT)):
        message = delivered(queued())
    assert message.status == "queued"
    assert message.error == "the mail server could not be used (SMTPServerDisconnected)"


def test_a_server_that_refuses_the_connection_as_a_whole_is_tried_again(
    settings: Settings, server: Server
) -> None:
    settings.EMAIL_USE_TLS = True
    assert delivered(queued()).status == "queued"
    assert server.received == []


def test_a_conversation_that_never_ends_is_cut_before_the_lease_ends(
    settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "CONVERSATION_SECONDS", 0.2)
    server.delay = 5
    queued()
    started = time.monotonic()
    assert run_round()[Outcome.RETRY] == 1
    assert time.monotonic() - started < 3
    assert server.received == []


def test_a_server_may_think_longer_than_it_takes_to_reach_it(
    settings: Settings, server: Server
) -> None:
    settings.EMAIL_TIMEOUT = 1
    server.delay = 2.5
    assert delivered(queued()).status == "sent"
    assert len(server.received) == 1


def test_each_try_says_the_same_message_id(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that took a mail and said so too late gets it twice, and the mailbox shows one."""
    monkeypatch.setattr(sender, "ANSWER_SECONDS", 0.3)
    server.delay = 1
    with time_machine.travel(timezone.now(), tick=True) as clock:
        message = delivered(queued())
        assert (message.status, message.error) == (
            "queued",
            "the mail server could not be used (SMTPServerDisconnected)",
        )
        monkeypatch.setattr(sender, "ANSWER_SECONDS", 600)
        clock.shift(timedelta(seconds=10))
        assert delivered(message).status == "sent"
    assert {str(each["Message-ID"]) for each in server.received} == {
        f"<{message.public_id}@testserver>"
    }
