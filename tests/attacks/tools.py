"""What every attack is judged by afterwards, and what attackers do over and over."""

import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.test import Client

from accounts.authentication.proofs import PROOFS_KEY, Strength
from core.outbox.sms import SentText
from tests.links import open_link
from tests.people import Person

PEOPLE = ("alice", "bob", "carol", "sue", "root")
NEW_PASSWORD = "a password that nobody knows yet"
SIX_DIGITS = re.compile(r"(?<![\d.])\d{6}(?!\d)")
OF_THE_MOMENT = {"Content-Length", "Expires", "Date"}
RANDOM = [
    (re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+'), r"\1"),
    (re.compile(r"[^\s\"'<>]+@latchkey\.example"), "someone@latchkey.example"),
    (re.compile(r"\d+ s ago"), "0 s ago"),
]


@dataclass
class Seen:
    """Everything that came out of the site during a case: (what was asked, status, content)."""

    answers: list[tuple[str, int, bytes]] = field(default_factory=list)
    secrets: dict[str, bytes] = field(default_factory=dict)

    def note(self, asked: str, status: int, content: bytes) -> None:
        """Keep one answer."""
        self.answers.append((asked, status, content))

    def plant(self, name: str, person: Person) -> None:
        """Watch for what only this person knows."""
        secrets = {"password": person.password.encode()}
        secrets |= {f"recovery code {n}": code.encode() for n, code in enumerate(person.codes)}
        for device in person.user.phones.linked():
            secret = device.authenticators.get().secret
            secrets |= {"secret": b32encode(secret), "raw secret": secret}
        self.secrets |= {f"{name}'s {what}": secret for what, secret in secrets.items()}

    def breaks(self) -> list[str]:
        """Name the answers that no site may give: 5xx, and any with a secret."""
        broken = [
            f"{asked} answered {status}" for asked, status, _ in self.answers if status >= 500
        ]
        return broken + self.leaks((asked, content) for asked, _, content in self.answers)

    def leaks(self, places: Iterable[tuple[str, bytes]]) -> list[str]:
        """Name the places that hold a planted secret."""
        return [
            f"{what} in {place}"
            for place, content in places
            for what, secret in self.secrets.items()
            if secret in content
        ]


def outgoing(texts: Iterable[SentText]) -> list[tuple[str, bytes]]:
    """Return what was sent by mail and text message, headers included."""
    mails = [("a mail", message.message().as_bytes()) for message in mail.outbox]
    return mails + [("a text message", repr(text).encode()) for text in texts]


def rows() -> list[tuple[str, bytes]]:
    """Return the content of every table, as somebody who stole the database reads it."""
    return [
        (f"a row of {model._meta.db_table}", _flat(row))
        for model in apps.get_models()
        for row in model._default_manager.values_list()
    ]


def _flat(row: Iterable[Any]) -> bytes:
    values = (bytes(value) if isinstance(value, memoryview) else value for value in row)
    return b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def start(client: Client, person: Person, **more: str) -> Any:
    """Type the right address and password."""
    form = {"email": person.address, "password": person.password, **more}
    return client.post("/sign-in/", form)


def is_in(client: Client) -> bool:
    """Tell whether the browser sees the overview."""
    return bool(client.get("/security/").status_code == 200)


def ask_for_code(client: Client, person: Person, base: str = "/sign-in/email/") -> str:
    """Ask for a code by e-mail and read it from the mail."""
    target = person.user.email_addresses.verified().order_by("pk")[0]
    before = len(mail.outbox)
    assert client.post(base, {"send": str(target.public_id)}).status_code == 302
    assert len(mail.outbox) == before + 1
    return code_in(str(mail.outbox[-1].body))


def html_of(message: EmailMessage) -> str:
    """Return the HTML of a mail."""
    assert isinstance(message, EmailMultiAlternatives)
    return str(message.alternatives[0][0])


def code_in(text: str) -> str:
    """Return the six digits of a message."""
    found = SIX_DIGITS.search(text)
    assert found, text
    return found[0]


def link_in(text: str, part: str) -> str:
    """Return the path of the first link that contains `part`."""
    found = re.search(rf"https://[^/\s]+(/\S*{part}\S*)", text)
    assert found, text
    return found[1]


def plain(content: str, *typed: str) -> str:
    """Return a page without what differs at random, and without what was typed."""
    for value in typed:
        content = content.replace(value, "typed")
    for pattern, instead in RANDOM:
        content = pattern.sub(instead, content)
    return content


def face(response: Any, *typed: str) -> dict[str, Any]:
    """Return everything a stranger can compare of an answer."""
    headers: Mapping[str, str] = response.headers
    return {
        "status": response.status_code,
        "body": plain(response.content.decode().replace("<wbr>", ""), *typed),
        "headers": {
            name: plain(value, *typed)
            for name, value in headers.items()
            if name not in OF_THE_MOMENT
        },
        "cookies": sorted(response.cookies),
    }


def fixture_people(request: pytest.FixtureRequest) -> dict[str, Person]:
    """Return the people that a test asks for."""
    return {name: request.getfixturevalue(name) for name in PEOPLE if name in request.fixturenames}


def level(client: Client) -> Strength:
    """Return what the browser's session has proved."""
    if "_auth_user_id" not in client.session:
        return Strength.NOTHING
    proofs = client.session.get(PROOFS_KEY, [])
    return max((Strength(proof["strength"]) for proof in proofs), default=Strength.NOTHING)


def type_code(client: Client, code: str, slug: str = "authenticator") -> Any:
    """Type a code at the second step of a sign-in."""
    return client.post(f"/sign-in/{slug}/", {"code": code})


def reset_path(client: Client, person: Person, address: str = "") -> str:
    """Ask for a reset and return the path in the newest mail."""
    client.post("/password/reset/", {"email": address or person.address})
    return link_in(str(mail.outbox[-1].body), "reset")


def reset(client: Client, path: str) -> Any:
    """Follow a link and choose a password."""
    open_link(client, path)
    return client.post("/password/reset/new/", {"new_password": NEW_PASSWORD})
