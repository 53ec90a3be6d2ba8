"""What devices throws away; the worker calls it once an hour."""

from devices.authenticator import work_accounts
from devices.backups import (
    app_linking,
    grants,
    key_transfers,
    replacing,
    slots,
    unlinking,
    vaults,
    versions,
)
from devices.models import challenge
from devices.phones import contest, linked_phones, sealing
from devices.sessions import engine, repeated_forms, trusted_browsers


def run() -> int:
    """Delete what ended: sessions, trust, codes, leave, phones never proved; return the rows."""
    repeated_forms.forget_old()
    gone = engine.forget_ended() + trusted_browsers.forget_over()
    gone += (
        slots.forget_removed()
        + vaults.forget_over()
        + key_transfers.forget_over()
        + versions.forget_keys()
    )
    gone += (
        app_linking.forget_old()
        + grants.forget_old()
        + unlinking.forget_old()
        + work_accounts.forget_old()
    )
    gone += replacing.unlink_expired() + sealing.erase_ended() + contest.end_by_time()
    return gone + linked_phones.forget_abandoned() + challenge.forget_old()
