"""What devices throws away; the worker calls it once an hour."""

from devices import contest, phones, repeated_forms, sealing, sessions, trusted, work
from devices.backups import (
    grants,
    linking,
    replacing,
    slots,
    transfers,
    unlinking,
    vaults,
    versions,
)
from devices.models import challenge


def run() -> int:
    """Delete what ended: sessions, trust, codes, leave, phones never proved; return the rows."""
    repeated_forms.forget_old()
    gone = sessions.forget_ended() + trusted.forget_over()
    gone += (
        slots.forget_removed()
        + vaults.forget_over()
        + transfers.forget_over()
        + versions.forget_keys()
    )
    gone += linking.forget_old() + grants.forget_old() + unlinking.forget_old() + work.forget_old()
    gone += replacing.unlink_expired() + sealing.erase_ended() + contest.end_by_time()
    return gone + phones.forget_abandoned() + challenge.forget_old()
