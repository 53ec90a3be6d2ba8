"""What devices throws away; the worker calls it once an hour."""

from devices import phones, sessions
from devices.models import challenge


def run() -> int:
    """Delete ended sessions, stale challenges and phones never proved; return how many rows."""
    return sessions.forget_ended() + phones.forget_abandoned() + challenge.forget_old()
