"""Saving a new version of a backup."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.activity.origin import HOST, Origin
from core.limits import rates
from devices.backups import errors
from devices.backups.access import authorization
from devices.backups.storage import retention
from devices.backups.storage.envelopes import Envelope
from devices.models import Installation, Vault, VaultVersion

HOUR = timedelta(hours=1)
KEYS_KEPT = timedelta(days=30)
SHRINK, TAKE_OVER = "shrink", "take-over"  # why the portal itself keeps a version longer


@dataclass(frozen=True)
class Save:
    """A request to save, with the key by which a repeated one is known."""

    envelope: Envelope
    idempotency_key: str
    shrink: bool = False


def count_save(installation: Installation) -> None:
    """Count what one phone sends; raises `LimitReached`."""
    rates.VAULT_SAVES.take(str(installation.public_id))


@transaction.atomic
def save(
    *, installation: Installation, save: Save, origin: Origin = HOST
) -> tuple[VaultVersion, bool]:
    """Append a version; returns it, and whether it is new or answers a repeated request.

    Nothing is ever replaced. Whatever a phone did not know of is a refusal: a newer version, a
    take-over, another phone being active. Raises `Refused`.
    """
    phone = authorization.lock_for_update(installation)
    vault = authorization.current(phone.user)
    before = _repeated(vault, save)
    if before is not None:
        return before, False
    if not phone.is_active:
        raise errors.not_active_phone(authorization.active_of(phone.user))
    _check(authorization.on(phone.user), phone, save)
    retention.make_room(phone, save.envelope.size)
    row = append(vault, phone, save.envelope, idempotency_key=save.idempotency_key)
    retention.apply(vault, phone)
    retention.tell_if_filling(phone.user, save.envelope.size, origin=origin)
    return row, True


def _repeated(vault: Vault, save: Save) -> VaultVersion | None:
    row = vault.versions.filter(idempotency_key=save.idempotency_key).first()
    if row is not None and not save.envelope.is_kept_in(row):
        raise errors.key_reused()
    return row


def _check(vault: Vault, phone: Installation, save: Save) -> None:
    envelope = save.envelope
    check_device(phone, envelope)
    check_vault(vault, envelope)
    if envelope.epoch != vault.epoch:
        raise errors.stale_epoch(vault.epoch)
    if envelope.base != vault.head:
        raise errors.stale_head(vault.head)
    head = head_of(vault)
    _check_key(vault, head, envelope)
    _check_shrink(head, save)


def check_device(phone: Installation, envelope: Envelope) -> None:
    """What is sealed names the phone that sends it; raises `Refused`."""
    if envelope.device != phone.public_id:
        raise errors.other_device()


def check_vault(vault: Vault, envelope: Envelope) -> None:
    """What is sealed names the backup; raises `Refused`."""
    if envelope.vault != vault.public_id:
        raise errors.no_vault()


def head_of(vault: Vault) -> VaultVersion:
    """Return the newest version, without what is sealed; raises `Refused` if it went just now."""
    row = vault.versions.filter(number=vault.head).defer("ciphertext").first()
    if row is None:
        raise errors.no_vault()
    return row


def _check_key(vault: Vault, head: VaultVersion, envelope: Envelope) -> None:
    """A key that nothing opens would lose everything: a new one needs a slot that was tried."""
    if envelope.key == head.header["key"]:
        if envelope.header["commitment"] != head.header["commitment"]:
            raise errors.other_key()
    elif not vault.slots.filter(key=envelope.key, verified_at__isnull=False).exists():
        raise errors.slot_needed()


def _check_shrink(head: VaultVersion, save: Save) -> None:
    before, after = head.accounts, save.envelope.accounts
    if not before or (after and 2 * after >= before):
        return
    if not save.shrink:
        raise errors.shrink_needs_confirmation(before, after)
    keep_longer(head, SHRINK)


def keep_longer(row: VaultVersion, why: str) -> None:
    """Keep a version for `VAULT_PINNED`, whatever its age."""
    until = timezone.now() + settings.VAULT_PINNED
    VaultVersion.objects.filter(pk=row.pk).update(pinned_until=until, why_pinned=why)


def append(
    vault: Vault, phone: Installation, envelope: Envelope, *, idempotency_key: str = ""
) -> VaultVersion:
    """Write the version that follows the head, if this is the head still; raises `Refused`."""
    rows = Vault.objects.filter(pk=vault.pk, head=envelope.base, epoch=envelope.epoch)
    if not rows.filter(state=Vault.State.ON).update(head=F("head") + 1):
        raise errors.stale_head(Vault.objects.get(pk=vault.pk).head)
    vault.head = number = envelope.base + 1
    row = write(vault, phone, envelope, number=number, idempotency_key=idempotency_key)
    known = {"saved_at": row.saved_at, "accounts": envelope.accounts, "unsaved": 0}
    Installation.objects.filter(pk=phone.pk).update(**known)
    return row


def write(
    vault: Vault, phone: Installation, envelope: Envelope, *, number: int | None, **more: Any
) -> VaultVersion:
    """Write a row for what was sent."""
    return VaultVersion.objects.create(
        vault=vault,
        number=number,
        base=envelope.base,
        epoch=envelope.epoch,
        installation=phone,
        phone_name=phone.name,
        accounts=envelope.accounts,
        size=envelope.size,
        header=envelope.header,
        ciphertext=envelope.ciphertext,
        **more,
    )


def forget_keys() -> int:
    """Forget by which keys old saves would be known; return 0, as no row goes."""
    old = VaultVersion.objects.filter(saved_at__lte=timezone.now() - KEYS_KEPT)
    old.exclude(idempotency_key="").update(idempotency_key="")
    return 0
