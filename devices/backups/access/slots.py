"""Ways to open a backup: tried, added, removed, and never the last one."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.holds import bindings
from accounts.models import EventKind, User
from core.batches import delete_in_batches
from devices.backups import errors, ledger
from devices.backups.access import authorization
from devices.backups.storage.vaults import SLOTS_A_VAULT
from devices.backups.storage.versions import head_of
from devices.models import Installation, KeySlot, Vault

BACKUP_KEYS_A_VAULT = 2  # the one in use, and the one that is about to take its place
SLOT = "slot"
SENT = ("kind", "key", "params", "nonce", "sealed")


@transaction.atomic
def verify(*, installation: Installation, slot: UUID, origin: Origin) -> None:
    """Note that the slot opened what the portal returned; from the first on the backup counts.

    Raises `Refused`.
    """
    phone = authorization.lock_active_for_update(installation)
    vault, now = authorization.on(phone.user), timezone.now()
    row = _slot(vault, slot)
    KeySlot.objects.filter(pk=row.pk).update(verified_at=now, last_opened_at=now)
    first = Vault.objects.filter(pk=vault.pk, verified_at__isnull=True)
    if first.update(verified_at=now):
        made = phone.user.bindings.open().filter(subject=vault.subject).last()
        ledger.record(phone, EventKind.BACKUP_ON, origin=origin, **bindings.told(made))


def _slot(vault: Vault, public_id: UUID) -> KeySlot:
    row = vault.slots.filter(public_id=public_id).first()
    if row is None:
        raise errors.slot_unknown()
    return row


@transaction.atomic
def add(*, installation: Installation, slot: KeySlot, origin: Origin) -> None:
    """Add a way to open the backup; sent once more, it stays as it is. Raises `Refused`."""
    phone = authorization.lock_active_for_update(installation, weakens=True)
    slot.vault = vault = authorization.on(phone.user)
    rows = list(KeySlot.everything.filter(vault=vault))
    same = [row for row in rows if row.public_id == slot.public_id]
    if same:
        _check_same(same[0], slot)
        if same[0].removed_at:
            _bring_back(phone, vault, same[0], origin)
        return
    rows = [row for row in rows if row.removed_at is None]
    kinds = [row.kind for row in rows]
    _check_room(kinds, slot.kind)
    slot.save()
    about: Details = {"method": slot.kind, **_note(phone, slot)}
    ledger.record(phone, EventKind.BACKUP_SLOT_ADDED, origin=origin, **about)


def _note(phone: Installation, slot: KeySlot) -> Details:
    return bindings.told(ledger.note(phone, SLOT, f"devices.keyslot:{slot.pk}"))


def take_away(user: User, pk: int) -> None:
    """Remove a slot whose addition is taken back, unless nothing else would open the backup.

    It is kept for `REMOVED_SLOTS_KEPT` like any other: who takes it back may not be its owner. Lock
    the person before, in the same transaction.
    """
    row = KeySlot.objects.filter(vault__user=user, pk=pk).select_related("vault").first()
    if row and row.vault.slots.filter(key=row.key).exclude(pk=pk).exists():
        KeySlot.objects.filter(pk=pk).update(removed_at=timezone.now())


def _check_room(kinds: list[str], kind: str) -> None:
    is_one_more = kinds.count(KeySlot.Kind.BACKUP_KEY) >= BACKUP_KEYS_A_VAULT
    is_key = kind == KeySlot.Kind.BACKUP_KEY
    if len(kinds) >= SLOTS_A_VAULT or (is_key and is_one_more):
        raise errors.too_many_slots()


def _check_same(row: KeySlot, slot: KeySlot) -> None:
    """What opens the backup is never replaced under its id: the new one could open nothing."""
    if any(getattr(row, name) != getattr(slot, name) for name in SENT):
        raise errors.slot_exists()


@transaction.atomic
def remove(*, installation: Installation, slot: UUID, origin: Origin) -> None:
    """Remove a way to open the backup, unless the head would be left without one.

    It is kept for `REMOVED_SLOTS_KEPT`, so that it can be brought back. Raises `Refused`.
    """
    phone = authorization.lock_active_for_update(installation, weakens=True)
    vault = authorization.on(phone.user)
    row = _slot(vault, slot)
    authorization.check_not_held(phone)
    _check_not_last(vault, row)
    KeySlot.objects.filter(pk=row.pk).update(removed_at=timezone.now())
    ledger.record(phone, EventKind.BACKUP_SLOT_REMOVED, origin=origin, method=row.kind)


def _check_not_last(vault: Vault, slot: KeySlot) -> None:
    """A tried way must stay, and a backup key that was tried if this one was."""
    if slot.key != head_of(vault).header["key"]:
        return
    others = vault.slots.filter(key=slot.key).exclude(pk=slot.pk)
    if slot.verified_at is not None:
        others = others.filter(verified_at__isnull=False)
        if not others.exists():
            raise errors.last_slot()
    is_key = slot.kind == KeySlot.Kind.BACKUP_KEY
    if is_key and not others.filter(kind=KeySlot.Kind.BACKUP_KEY).exists():
        raise errors.last_slot()


@transaction.atomic
def note_opened(*, installation: Installation, slot: UUID, digest: str = "") -> None:
    """Note when a slot last opened a backup of this person, and what proves its key from now on.

    A tag is taken once, and only of the phone that saves: anyone who reads may be somebody else,
    and could keep the owner's own key from counting. Raises `Refused`.
    """
    phone = authorization.lock_for_update(installation)
    row = KeySlot.objects.filter(vault__user=phone.user, public_id=slot).first()
    if row is None:
        authorization.read_current(phone)
        raise errors.slot_unknown()
    authorization.check_reader(phone, row.vault)
    rows = KeySlot.objects.filter(pk=row.pk)
    rows.update(last_opened_at=timezone.now())
    if digest and phone.is_active and not phone.is_held and not phone.user.is_disputed:
        rows.filter(tag_digest="").update(tag_digest=digest)


@transaction.atomic
def note_tag(*, installation: Installation, digest: str) -> None:
    """Keep what proves the key of the backup that is on, once; raises `Refused`."""
    phone = authorization.lock_active_for_update(installation, weakens=True)
    authorization.check_not_held(phone)
    vault = authorization.on(phone.user)
    Vault.objects.filter(pk=vault.pk, tag_digest="").update(tag_digest=digest)


@transaction.atomic
def bring_back(*, installation: Installation, slot: UUID, origin: Origin) -> None:
    """Let a way that was removed open the backup again, as it did; raises `Refused`."""
    phone = authorization.lock_active_for_update(installation, weakens=True)
    vault = authorization.on(phone.user)
    row = KeySlot.removed.filter(vault=vault, public_id=slot).first()
    if row is None:
        raise errors.slot_unknown()
    _bring_back(phone, vault, row, origin)


def _bring_back(phone: Installation, vault: Vault, row: KeySlot, origin: Origin) -> None:
    kinds = list(vault.slots.values_list("kind", flat=True))
    _check_room(kinds, row.kind)
    KeySlot.everything.filter(pk=row.pk).update(removed_at=None)
    about: Details = {"method": row.kind, **_note(phone, row)}
    ledger.record(phone, EventKind.BACKUP_SLOT_ADDED, origin=origin, **about)


def forget_removed() -> int:
    """Delete the slots whose time has passed; return how many rows went."""
    since = timezone.now() - settings.REMOVED_SLOTS_KEPT
    over = KeySlot.everything.filter(removed_at__lte=since)
    return delete_in_batches(over.exclude(vault__user__disputed_until__gt=timezone.now()))
