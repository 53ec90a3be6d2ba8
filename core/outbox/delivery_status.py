"""What became of a message, in words for the person who waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from core.i18n import gettext as _

MOMENT = timedelta(seconds=3)
State = Literal["waiting", "handed_over", "failed", "expired"]


@dataclass(frozen=True)
class Fate:
    """`state` for a program and `text`, a sentence in the language of the request."""

    state: State
    text: str


class Delivered(Protocol):
    """What is known of a message and its way; `core.outbox.models.Message` is one."""

    status: str
    channel: str
    error: str
    sent_at: datetime | None
    expires_at: datetime


def fate_of(message: Delivered, *, now: datetime) -> Fate:
    """Tell what became of the message at `now`; says "expired" even before a worker saw it."""
    if message.status == "sent":
        return Fate("handed_over", _handed_over(message, now))
    if message.status == "failed":
        return Fate("failed", _("Not delivered. Try another way."))
    if message.status == "expired" or message.expires_at <= now:
        return Fate("expired", _("Not delivered in time. Send a new one or try another way."))
    if message.error:
        return Fate("waiting", _("Not sent yet. We’ll try again automatically."))
    return Fate("waiting", _("On its way."))


def _handed_over(message: Delivered, now: datetime) -> str:
    age = now - (message.sent_at or now)
    ago = _ago(age)
    if message.channel == "sms":
        if age < MOMENT:
            return _("Handed to the text message service just now.")
        return _("Handed to the text message service %(ago)s.") % {"ago": ago}
    if age < MOMENT:
        return _("Handed to the mail server just now.")
    return _("Handed to the mail server %(ago)s.") % {"ago": ago}


def _ago(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    if seconds < 60:
        return _("%(count)d s ago") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)d min ago") % {"count": seconds // 60}
    return _("%(count)d h ago") % {"count": seconds // 3600}
