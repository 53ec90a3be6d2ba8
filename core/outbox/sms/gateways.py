"""The ways a text message can leave; each is a class with `send(number, text)`.

`send` raises TemporaryFailure or FinalFailure (core.outbox.types). `number` is E.164.
"""

import json
import re
import sys
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from urllib.parse import quote, urlencode

from core.outbox.sms.http import Endpoint, post
from core.outbox.types import FinalFailure


class SentText(NamedTuple):
    number: str
    text: str


memory_outbox: list[SentText] = []
"""What `memory:` sent in this process, oldest first; tests read and clear it."""


class Gateway(Protocol):
    def send(self, number: str, text: str, *, key: str = "") -> None:
        """Hand one text message over; `key` is the same in each try of one message."""


def e164(number: str) -> str:
    """Return the number if it is E.164; raises FinalFailure for anything else."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise FinalFailure("not a number that text messages can go to")
    return number


class ConsoleGateway:
    """Prints to standard output: for a developer's desk, as codes are readable there."""

    def send(self, number: str, text: str, *, key: str = "") -> None:
        sys.stdout.write(f"--- text message to {e164(number)}\n{text}\n---\n")
        sys.stdout.flush()


class MemoryGateway:
    """Keeps messages in `memory_outbox`."""

    def send(self, number: str, text: str, *, key: str = "") -> None:
        memory_outbox.append(SentText(e164(number), text))


@dataclass(frozen=True)
class JsonGateway:
    """Posts {"to", "text", "from"?} as JSON; `authorization` is the whole header or empty."""

    endpoint: Endpoint
    sender: str
    authorization: str = field(repr=False)

    def send(self, number: str, text: str, *, key: str = "") -> None:
        content = {"to": e164(number), "text": text}
        if self.sender:
            content["from"] = self.sender
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        if key:  # draft-ietf-httpapi-idempotency-key-header: a retry is sent, and paid, once
            headers["Idempotency-Key"] = f'"{key}"'
        post(self.endpoint, json.dumps(content).encode(), headers)


@dataclass(frozen=True)
class TwilioGateway:
    """Posts a form as Twilio's Messages resource, version 2010-04-01, takes it."""

    endpoint: Endpoint
    sender: str
    authorization: str = field(repr=False)

    @staticmethod
    def path(account: str) -> str:
        return f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"

    def send(self, number: str, text: str, *, key: str = "") -> None:
        form = {"To": e164(number), "From": self.sender, "Body": text}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Authorization": self.authorization,
        }
        post(self.endpoint, urlencode(form).encode(), headers)
