"""What devices throws away; the worker calls it once an hour."""

from devices.authenticator import work_accounts
from devices.backups.access import grants, key_transfers, slots
from devices.backups.apps import app_linking, replacing, unlinking
from devices.backups.storage import vaults, versions
from devices.models import challenge
from devices.phones import contest, linked_phones, sealing
from devices.sessions import engine, repeated_forms, trusted_browsers


def run() -> int:
    """Delete what ended: sessions, trust, codes, grants, phones never proved; return the rows."""
    repeated_forms.delete_expired()
    gone = engine.delete_expired() + trusted_browsers.delete_expired()
    gone += (
        slots.forget_removed()
        + vaults.delete_expired()
        + key_transfers.delete_expired()
        + versions.forget_keys()
    )
    gone += (
        app_linking.delete_expired()
        + grants.delete_expired()
        + unlinking.delete_expired()
        + work_accounts.delete_expired()
    )
    gone += replacing.unlink_expired() + sealing.erase_ended() + contest.end_by_time()
    return gone + linked_phones.delete_abandoned() + challenge.delete_expired()
