"""Three words that a person and the help desk both see while they are on the telephone.

Each session has words of its own, so that staff also learn which browser the caller sits at and
what was proved in it. They follow from the sealing keys, the session and the minute: nothing is
stored, and the words of one minute say nothing about those of the next. They are no proof to the
site: nothing opens with them.
"""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from core.keys.crypto import keyed_digest
from core.words import spoken

PERIOD = 60  # seconds


@dataclass(frozen=True)
class Handshake:
    """The words of one session now, and those of the minute before.

    Read aloud in one minute and heard in the next, words are still recognised.
    """

    words: tuple[str, ...]
    before: tuple[str, ...]


def handshake(session_id: UUID | str, language: str) -> Handshake:
    """Return what both sides see of this session (its public id), in the person's language."""
    minute = int(timezone.now().timestamp()) // PERIOD
    words, before = (_words(session_id, language, at) for at in (minute, minute - 1))
    return Handshake(words, before)


def seconds_left() -> int:
    """Return the whole seconds until the words change."""
    return PERIOD - int(timezone.now().timestamp()) % PERIOD


def _words(session_id: UUID | str, language: str, minute: int) -> tuple[str, ...]:
    return spoken(keyed_digest("handshake", str(session_id), str(minute)), language)
