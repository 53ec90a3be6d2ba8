"""What the portal refuses about backups, in the words and codes of docs/authenticator-api.md."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.i18n import Text
from core.i18n import gettext_lazy as _
from devices.models import Installation

SUSPENDED = _("This phone was suspended. Take it back in the portal first.")


class Refused(Exception):
    """An act that is not done: why, in a sentence for the person and in a code for the app.

    `more` are the members that docs/authenticator-api.md names for its code.
    """

    def __init__(self, code: str, title: Text, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.title = title
        self.more = more


def unlinked() -> Refused:
    """Refuse everything but being told."""
    return Refused("unlinked", _("This phone was unlinked from your account."))


def suspended() -> Refused:
    """Refuse all but being told, until the phone is taken back."""
    return Refused("suspended", SUSPENDED)


def unknown_phone() -> Refused:
    """Refuse an unknown id, a wrong secret and none at all in one way."""
    return Refused("unknown_phone", _("The portal does not know this phone."))


def malformed() -> Refused:
    """Refuse what the app would not send."""
    return Refused("malformed", _("The portal could not read what the app sent."))


def grant_needed() -> Refused:
    title = _("Sign in to the portal on this phone first. Then you can read the backup here.")
    return Refused("grant_needed", title)


def grant_not_yet(begins: datetime) -> Refused:
    title = _("For your safety, you can read the backup here only after a waiting period.")
    return Refused("grant_not_yet", title, **{"from": begins})


def held(begins: datetime) -> Refused:
    """Refuse what destroys, or takes over without the key, until the hold ends."""
    title = _(
        "For your safety, you can do this only after a waiting period, because "
        "you signed in another way."
    )
    return Refused("held", title, **{"from": begins})


def proof_wrong() -> Refused:
    return Refused("proof_wrong", _("This key does not open this backup."))


def nothing_to_lock() -> Refused:
    return Refused("nothing_to_lock", _("There is nothing to lock on this phone now."))


def no_tag() -> Refused:
    title = _("The portal can’t check this key yet. It opens the backup after the waiting period.")
    return Refused("no_tag", title)


def no_vault() -> Refused:
    return Refused("no_vault", _("This backup doesn’t exist."))


def version_unknown() -> Refused:
    return Refused("version_unknown", _("This version of the backup doesn’t exist."))


def slot_unknown() -> Refused:
    return Refused("slot_unknown", _("This way to open the backup doesn’t exist."))


def transfer_unknown() -> Refused:
    return Refused("transfer_unknown", _("This request for the key has expired."))


def late_unknown() -> Refused:
    return Refused("late_unknown", _("These changes no longer exist."))


def vault_exists(vault: UUID) -> Refused:
    return Refused("vault_exists", _("There is already a backup."), vault=vault)


def backup_off(until: datetime | None) -> Refused:
    return Refused("backup_off", _("Backup is switched off."), deleted_until=until)


def not_active_phone(active: Installation | None) -> Refused:
    title = _("This is not the active phone: another one saves the backup.")
    known = {"installation": active.public_id, "name": active.name} if active else None
    return Refused("not_active_phone", title, active=known)


def active_phone() -> Refused:
    return Refused("active_phone", _("This is the active phone: it saves the backup itself."))


def stale_head(head: int) -> Refused:
    title = _("There is a newer version of the backup than this phone has.")
    return Refused("stale_head", title, head=head)


def stale_epoch(epoch: int) -> Refused:
    title = _("Another phone has become the active one since this phone last saved.")
    return Refused("stale_epoch", title, epoch=epoch)


def shrink_needs_confirmation(before: int, after: int) -> Refused:
    title = _("This would leave far fewer accounts in the backup. Confirm that you want that.")
    return Refused("shrink_needs_confirmation", title, before=before, after=after)


def if_match_needed() -> Refused:
    title = _("The app has to say which version this one follows.")
    return Refused("if_match_needed", title)


def key_reused() -> Refused:
    return Refused("key_reused", _("This backup was sent before with different contents."))


def other_key() -> Refused:
    title = _("This version is sealed with another key than the backup.")
    return Refused("other_key", title)


def other_device() -> Refused:
    title = _("This was sealed for another phone. It has to be sealed again.")
    return Refused("other_device", title)


def slot_needed() -> Refused:
    title = _("No method that you tested opens this new key yet.")
    return Refused("slot_needed", title)


def too_large() -> Refused:
    return Refused("too_large", _("That is more than the portal accepts at once."))


def vault_full() -> Refused:
    title = _("There is no room left for this backup.")
    return Refused("vault_full", title)


def too_many_vaults(until: datetime) -> Refused:
    title = _("We’re keeping too many old backups for you. Wait until one expires.")
    return Refused("too_many_vaults", title, until=until)


def last_slot() -> Refused:
    title = _("Without this nothing would open the backup. Add another way first.")
    return Refused("last_slot", title)


def slot_exists() -> Refused:
    title = _("That way to open the backup already exists, with different contents.")
    return Refused("slot_exists", title)


def too_many_slots() -> Refused:
    title = _("There are too many ways to open this backup. Remove one first.")
    return Refused("too_many_slots", title)


def too_many_pins() -> Refused:
    title = _(
        "You’re already keeping the maximum number of versions for longer. Stop keeping one first."
    )
    return Refused("too_many_pins", title)


def pin_stays() -> Refused:
    title = _("The portal keeps this version for your safety.")
    return Refused("pin_stays", title)


def late_changed() -> Refused:
    title = _("The phone has sent newer changes in the meantime.")
    return Refused("late_changed", title)
