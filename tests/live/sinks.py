"""Where the site's messages arrive: an SMTP server and an SMS gateway in the test process."""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qs

from aiosmtpd.controller import Controller

from tests.settings import free_port

T = TypeVar("T")
WAIT = 10.0  # seconds a message may take


def wait_until(ask: Callable[[], T], what: str, timeout: float = WAIT) -> T:
    """Return the first true answer; fail, naming what was waited for, after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"no {what} within {timeout:g} seconds")
        time.sleep(0.02)
    return answer


class Text(NamedTuple):
    """A text message as the gateway got it; `shape` is "json" or "twilio"."""

    number: str
    text: str
    shape: str
    authorization: str
    path: str


class MailServer(AbstractContextManager["MailServer"]):
    """Takes every mail over SMTP, unless `refuse` says otherwise for its address."""

    def __init__(self) -> None:
        self.port = free_port()
        self.refuse: dict[str, str] = {}
        """SMTP answers by address, such as {"a@b.example": "451 later"}; taken off by the test."""
        self._lock = Lock()
        self._mails: list[tuple[str, EmailMessage]] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer RCPT TO, the place where servers refuse an address."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        """Keep the mail under each of its recipients."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        with self._lock:
            self._mails += [(address, mail) for address in envelope.rcpt_tos]
        return "250 OK"

    def messages(self) -> list[EmailMessage]:
        """Return everything that came, oldest first."""
        with self._lock:
            return [mail for _recipient, mail in self._mails]

    def messages_for(self, address: str) -> list[EmailMessage]:
        """Return what this address got, oldest first."""
        with self._lock:
            return [mail for recipient, mail in self._mails if recipient == address]

    def wait_for(
        self, address: str, timeout: float = WAIT, *, after: int = 0, subject: str = ""
    ) -> EmailMessage:
        """Return the address's newest mail once it has more than `after`, the subject fitting."""

        def newest() -> EmailMessage | None:
            mails = self.messages_for(address)[after:]
            fitting = [mail for mail in mails if subject in str(mail["Subject"])]
            return fitting[-1] if fitting else None

        found = wait_until(newest, f"mail {subject!r} for {address}", timeout)
        assert found is not None
        return found

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()


def body_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Return the mail's text, or with `kind="html"` its HTML."""
    part = mail.get_body((kind,))
    assert part is not None, f"the mail has no {kind} part"
    content: str = part.get_content()
    return content


class SmsGateway(AbstractContextManager["SmsGateway"]):
    """Takes generic JSON posts and Twilio-shaped form posts, unless `answers` says otherwise."""

    def __init__(self) -> None:
        self.answers: dict[str, int] = {}
        """HTTP status by number, such as {"+316…": 503}; taken off by the test."""
        self._lock = Lock()
        self._texts: list[Text] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_address[1])
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http+json://gateway:token@127.0.0.1:{self.port}/send"

    @property
    def twilio_url(self) -> str:
        return f"twilio://AC0123:token@127.0.0.1:{self.port}/?from=%2B15550100&scheme=http"

    def receive(self, path: str, headers: Any, body: bytes) -> int:
        """Keep the message and return the status to answer."""
        if headers.get_content_type() == "application/json":
            content, shape = json.loads(body), "json"
            number, text = content["to"], content["text"]
        else:
            form, shape = parse_qs(body.decode(), strict_parsing=True), "twilio"
            number, text = form["To"][0], form["Body"][0]
        if (status := self.answers.get(number, 201)) >= 300:
            return status
        with self._lock:
            self._texts.append(Text(number, text, shape, headers.get("Authorization", ""), path))
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.send_response(gateway.receive(self.path, self.headers, body))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args: Any) -> None:
                """Say nothing: the tests look at the messages."""

        return Handler

    def messages_for(self, number: str) -> list[Text]:
        """Return what this number got, oldest first."""
        with self._lock:
            return [text for text in self._texts if text.number == number]

    def wait_for(self, number: str, timeout: float = WAIT, *, after: int = 0) -> Text:
        """Return the number's newest text once it has more than `after` of them."""
        texts = wait_until(lambda: self.messages_for(number)[after:], f"text for {number}", timeout)
        return texts[-1]

    def __enter__(self) -> "SmsGateway":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
