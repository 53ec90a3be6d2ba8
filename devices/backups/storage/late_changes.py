"""What another phone than the active one changed meanwhile: left for that one, never forced.

Any linked phone may leave something, without a grant: it must take no room from what was saved.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.activity.origin import HOST
from devices.backups import errors
from devices.backups.access import authorization
from devices.backups.storage import retention, serialization, versions
from devices.backups.storage.envelopes import Envelope
from devices.models import Installation, Vault, VaultVersion

Json = dict[str, Any]


def _of(vault: Vault) -> QuerySet[VaultVersion]:
    return vault.versions.filter(number__isnull=True)


@transaction.atomic
def leave(*, installation: Installation, envelope: Envelope) -> VaultVersion:
    """Leave changes in the place of those that this phone left before; raises `Refused`."""
    phone = authorization.lock_for_update(installation)
    vault = authorization.on(phone.user)
    if phone.is_active:
        raise errors.active_phone()
    versions.check_device(phone, envelope)
    versions.check_vault(vault, envelope)
    if envelope.base > vault.head:
        raise errors.stale_head(vault.head)
    if envelope.epoch > vault.epoch:
        raise errors.stale_epoch(vault.epoch)
    _of(vault).filter(installation=phone).delete()
    _check_room(vault, phone, envelope)
    row = versions.write(vault, phone, envelope, number=None)
    retention.tell_if_filling(phone.user, envelope.size, origin=HOST)
    return row


def _check_room(vault: Vault, phone: Installation, envelope: Envelope) -> None:
    """Those of phones that were unlinked meanwhile wait as well, so their number has an end."""
    if _of(vault).count() >= settings.PHONES_A_PERSON:
        raise errors.vault_full()
    retention.check_room(phone, envelope.size)


def waiting(installation: Installation) -> list[Json]:
    """What was left for the active phone, oldest first; raises `Refused`."""
    if not installation.is_active:
        raise errors.not_active_phone(authorization.active_of(installation.user))
    rows = _of(authorization.on(installation.user)).select_related("installation")
    return [_told(row) for row in rows.order_by("saved_at")]


def _told(row: VaultVersion) -> Json:
    known = serialization.whole(row)
    names = ("base", "epoch", "saved", "phone", "accounts", "size", "envelope")
    left_by = row.installation.public_id if row.installation else None
    return {"installation": left_by, **{name: known[name] for name in names}}


@transaction.atomic
def discard(*, installation: Installation, left_by: UUID, nonce: str) -> None:
    """Delete what a phone left, if it is still what the active one saw; raises `Refused`."""
    phone = authorization.lock_active_for_update(installation, weakens=True)
    rows = _of(authorization.on(phone.user)).filter(installation__public_id=left_by)
    row = rows.defer("ciphertext").first()
    if row is None:
        raise errors.late_unknown()
    if row.header["nonce"] != nonce:
        raise errors.late_changed()
    row.delete()
