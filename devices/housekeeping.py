"""What devices throws away; the worker calls it once an hour."""

from devices import phones, sessions, trusted
from devices.backups import transfers, vaults, versions
from devices.models import challenge


def run() -> int:
    """Delete ended sessions and trust, stale challenges, phones never proved; return the rows."""
    gone = sessions.forget_ended() + trusted.forget_over()
    gone += vaults.forget_over() + transfers.forget_over() + versions.forget_keys()
    return gone + phones.forget_abandoned() + challenge.forget_old()
