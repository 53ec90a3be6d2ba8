"""What acts end, by the kind of their event."""

from enum import Enum


class Effect(Enum):
    """What an act ends, besides what it does itself; `accounts.activity.events.record` sees to it.

    A change of the set-up ends trusted browsers, which stood for a second step under the old one. A
    change of what protects the account also ends every session but the one that acts, codes for
    phones, and what other sessions were allowed.
    """

    NOTHING = "nothing"
    SET_UP_CHANGED = "set-up changed"
    PROTECTION_CHANGED = "protection changed"
