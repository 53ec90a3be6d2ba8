"""What devices throws away; the worker calls it once an hour."""

from devices import phones, sessions, trusted
from devices.models import challenge


def run() -> int:
    """Delete ended sessions and trust, stale challenges, phones never proved; return the rows."""
    gone = sessions.forget_ended() + trusted.forget_over()
    return gone + phones.forget_abandoned() + challenge.forget_old()
