"""What a kind of event is: how it is shown, and what the act ends."""

from dataclasses import dataclass
from enum import Enum

from core.i18n import Text


class Effect(Enum):
    """What an act ends, besides what it does itself; `accounts.activity.events.record` sees to it.

    A change of the set-up ends trusted browsers, which stood for a second step under the old one. A
    change of what protects the account also ends every session but the one that acts, codes for
    phones, and what other sessions were allowed.
    """

    NOTHING = "nothing"
    SET_UP_CHANGED = "set-up changed"
    PROTECTION_CHANGED = "protection changed"


@dataclass(frozen=True)
class Kind:
    """How a kind of event is shown and what it ends; `tone` is one of plain, ok, look, loss.

    `counts` are those of `accounts.signals.Ended` that the event remembers.
    """

    title: Text
    icon: str = "check"
    tone: str = "plain"
    notice: bool = False
    effect: Effect = Effect.NOTHING
    counts: tuple[str, ...] = ()
