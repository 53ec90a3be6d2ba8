"""What passes between those who write a message and those who carry it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Composed:
    """A message in words, made at the last moment; `subject` and `html` are for mail only.

    It may hold a code, so nothing in it is shown by `repr()`, written to a row or logged.
    """

    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class DeliveryFailure(Exception):
    """A message was not handed over; `reason` is short, for staff, without secrets or codes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TemporaryFailure(DeliveryFailure):
    """Worth another try: no connection, time-out, SMTP 4xx, HTTP 429 or 5xx."""


class UnknownOutcome(TemporaryFailure):
    """It was handed over, but no answer came: another try may be a second message, and paid."""


class FinalFailure(DeliveryFailure):
    """Another try would end the same way: SMTP 5xx, HTTP 4xx, no such number."""


class Undeliverable(FinalFailure):
    """Raised by a composer when there is nothing left to say, or nobody to say it to."""
