"""What accounts tells the rest of the site; `accounts.activity.events` sends the first two."""

from typing import NotRequired, TypedDict

from django.dispatch import Signal


class Ended(TypedDict):
    """How many a receiver has ended; what it does not count is not there."""

    sessions: NotRequired[int]
    trusted: NotRequired[int]  # browsers


# Something that protects the account changed: arguments `user` and `except_session`, the public id
# of the one session that stays signed in, or "". Receivers end all the others, in the same
# transaction, and return what they `Ended`.
protection_changed = Signal()

# The set-up changed in a way that leaves sessions alone, such as one more phone; same arguments.
# Receivers end what stood for a second step under the old set-up: trusted browsers.
set_up_changed = Signal()

# Two-step verification went off: argument `user`. Receivers end what was given on its strength,
# also in the session that switched it off, in the same transaction.
two_step_ended = Signal()
