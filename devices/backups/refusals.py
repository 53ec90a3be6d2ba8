"""What the portal refuses about backups, in the words and codes of docs/authenticator-api.md."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from devices.api.problems import Problem
from devices.models import Installation


def grant_needed() -> Problem:
    title = _("Sign in to the portal on this phone first, then the backup can be read here.")
    return Problem(403, "grant_needed", title)


def grant_not_yet(begins: datetime) -> Problem:
    title = _("For your safety the backup can be read here only after a wait.")
    return Problem(403, "grant_not_yet", title, **{"from": begins})


def no_vault() -> Problem:
    return Problem(404, "no_vault", _("There is no such backup."))


def version_unknown() -> Problem:
    return Problem(404, "version_unknown", _("There is no such version of the backup."))


def slot_unknown() -> Problem:
    return Problem(404, "slot_unknown", _("There is no such way to open the backup."))


def transfer_unknown() -> Problem:
    return Problem(404, "transfer_unknown", _("This request for the key is over."))


def late_unknown() -> Problem:
    return Problem(404, "late_unknown", _("There are no such changes any more."))


def vault_exists(vault: UUID) -> Problem:
    return Problem(409, "vault_exists", _("There is a backup already."), vault=vault)


def backup_off(until: datetime | None) -> Problem:
    return Problem(409, "backup_off", _("Backup is switched off."), deleted_until=until)


def not_active_phone(active: Installation | None) -> Problem:
    title = _("This is not the active phone: another one saves the backup.")
    known = {"installation": active.public_id, "name": active.name} if active else None
    return Problem(409, "not_active_phone", title, active=known)


def active_phone() -> Problem:
    return Problem(409, "active_phone", _("This is the active phone: it saves the backup itself."))


def stale_head(head: int) -> Problem:
    title = _("The backup has a newer version than this phone knows.")
    return Problem(412, "stale_head", title, head=head)


def stale_epoch(epoch: int) -> Problem:
    title = _("Another phone was made the active one since this phone last saved.")
    return Problem(409, "stale_epoch", title, epoch=epoch)


def shrink_needs_confirmation(before: int, after: int) -> Problem:
    title = _("This would leave far fewer accounts in the backup. Confirm that you want that.")
    return Problem(409, "shrink_needs_confirmation", title, before=before, after=after)


def if_match_needed() -> Problem:
    title = _("The portal has to be told which version this one follows.")
    return Problem(428, "if_match_needed", title)


def key_reused() -> Problem:
    return Problem(409, "key_reused", _("This save was sent before with something else in it."))


def other_key() -> Problem:
    title = _("This version is sealed with another key than the backup.")
    return Problem(409, "other_key", title)


def other_device() -> Problem:
    title = _("This was sealed for another phone. It has to be sealed anew.")
    return Problem(409, "other_device", title)


def slot_needed() -> Problem:
    title = _("Nothing that was tried opens this new key yet.")
    return Problem(409, "slot_needed", title)


def too_large() -> Problem:
    return Problem(413, "too_large", _("That is more than the portal takes at once."))


def vault_full() -> Problem:
    title = _("There is no room left for this backup.")
    return Problem(507, "vault_full", title)


def last_slot() -> Problem:
    title = _("Without this nothing would open the backup. Add another way first.")
    return Problem(409, "last_slot", title)


def slot_exists() -> Problem:
    title = _("That way to open the backup is there already, with something else in it.")
    return Problem(409, "slot_exists", title)


def too_many_slots() -> Problem:
    title = _("There are too many ways to open this backup. Remove one first.")
    return Problem(409, "too_many_slots", title)


def too_many_pins() -> Problem:
    title = _("Too many versions are kept for longer. Let one go first.")
    return Problem(409, "too_many_pins", title)


def pin_stays() -> Problem:
    title = _("The portal keeps this version for your safety.")
    return Problem(409, "pin_stays", title)


def late_changed() -> Problem:
    title = _("The phone left newer changes meanwhile.")
    return Problem(412, "late_changed", title)
