"""Making a vault, switching it off and on again, freezing one that nothing opens."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.holds import disputes
from accounts.models import EventKind, User
from core.batches import delete_in_batches
from core.limits import rates
from devices.backups import errors, ledger
from devices.backups.access import authorization
from devices.backups.storage import retention, versions
from devices.backups.storage.envelopes import Envelope
from devices.models import Installation, KeySlot, Vault

HOUR = timedelta(hours=1)
BACKUP = "backup"
SLOTS_A_VAULT = 10


@contextmanager
def counted_act(installation: Installation) -> Iterator[None]:
    """Count what a person is told of by mail; raises `LimitReached`.

    Each phone has its own count: a stolen one uses up nothing that its owner needs on another, and
    what is refused counts for nothing. What a second phone may do takes a sign-in in the portal.
    """
    key = str(installation.public_id)
    rates.VAULT_ACTS.take(key)
    try:
        yield
    except (errors.Refused, disputes.InDispute):
        rates.VAULT_ACTS.give_back(key)
        raise


@transaction.atomic
def make(
    *,
    installation: Installation,
    envelope: Envelope,
    slots: Sequence[KeySlot],
    freeze: bool,
    origin: Origin,
    tag_digest: str = "",
) -> Vault:
    """Make the backup with its first version and the ways to open it.

    With `freeze` and a grant the phone becomes the active one, and a backup that is on, which
    nothing opens any more, is kept aside. Raises `Refused`.
    """
    _check_first(envelope, slots)
    phone = authorization.lock_for_update(installation, weakens=freeze)
    versions.check_device(phone, envelope)
    frozen = []
    if freeze:
        _check_may_freeze(phone)
        frozen = _freeze(phone, origin)
    _check_free(phone.user, envelope)
    _check_put_away(phone)
    activate(phone, force=freeze)
    retention.make_room(phone, envelope.size)
    known = {"epoch": envelope.epoch, "tag_digest": tag_digest}
    vault = Vault.objects.create(public_id=envelope.vault, user=phone.user, **known)
    for slot in slots:
        slot.vault = vault
    KeySlot.objects.bulk_create(slots)
    # The person is asked about the app alone; the answer decides on its backup too.
    ledger.note(phone, BACKUP, vault.subject, is_asked=False, restores={"frozen": frozen})
    versions.append(vault, phone, envelope)
    retention.tell_if_filling(phone.user, envelope.size, origin=origin)
    return vault


def _check_first(envelope: Envelope, slots: Sequence[KeySlot]) -> None:
    kinds = [slot.kind for slot in slots]
    ids = {slot.public_id for slot in slots}
    is_first = envelope.base == 0 and envelope.epoch == 1
    has_key = kinds.count(KeySlot.Kind.BACKUP_KEY) == 1
    fits = len(slots) <= SLOTS_A_VAULT and len(ids) == len(slots)
    if not (is_first and has_key and fits and {slot.key for slot in slots} == {envelope.key}):
        raise errors.malformed()


def _check_free(user: User, envelope: Envelope) -> None:
    """No other may be on, and no other of this person have the id, which is part of the seal."""
    rows = user.vaults.all()
    taken = rows.filter(state=Vault.State.ON).first()
    taken = taken or rows.filter(public_id=envelope.vault).first()
    if taken is not None:
        raise errors.vault_exists(taken.public_id)


def _check_put_away(phone: Installation) -> None:
    """What was put away is never pushed out by another one, so there is an end to making more.

    With a grant from the portal it is twice as far: a stolen phone may have used up what it could.
    """
    kept = [vault for vault in authorization.kept(phone.user) if vault.state != Vault.State.ON]
    times = 2 if phone.grants.all().usable().exists() else 1
    if len(kept) >= settings.VAULTS_PUT_AWAY * times:
        raise errors.too_many_vaults(min(vault.ends_at for vault in kept if vault.ends_at))


def _check_may_freeze(phone: Installation) -> None:
    """Putting a backup away is as good as switching it off: that waits for the hold, key or no key.

    Where nothing is kept there is nothing to wait for. Raises `Refused`.
    """
    if not authorization.kept(phone.user):
        authorization.pending_grant(phone)
        return
    grant = authorization.pending_grant(phone)
    if grant.trusted_from > timezone.now():
        raise errors.held(grant.trusted_from)
    authorization.check_grant(phone)
    authorization.check_not_held(phone)


def _freeze(phone: Installation, origin: Origin) -> list[int]:
    """Put the backup away that is on; return its key."""
    until = timezone.now() + settings.VAULT_FROZEN
    rows = phone.user.vaults.filter(state=Vault.State.ON)
    keys = list(rows.values_list("pk", flat=True))
    if rows.update(state=Vault.State.FROZEN, ends_at=until):
        ledger.record(phone, EventKind.BACKUP_FROZEN, origin=origin)
    return keys


def take_away(user: User, pk: int, frozen: Sequence[int]) -> None:
    """Switch a backup off whose making is taken back, and the one on that it had put away.

    It is kept for `VAULT_GRACE` like any that is switched off: who takes it back may not be its
    owner. One that another phone has saved to since stays on. Lock the person before, in the
    same transaction.
    """
    row = user.vaults.filter(pk=pk, state=Vault.State.ON).first()
    if row is None or row.versions.values("installation").distinct().count() > 1:
        return
    now = timezone.now()
    user.vaults.filter(pk=pk).update(state=Vault.State.OFF, ends_at=now + settings.VAULT_GRACE)
    before = user.vaults.filter(pk__in=frozen, state=Vault.State.FROZEN, ends_at__gt=now)
    before.update(state=Vault.State.ON, ends_at=None)


def activate(phone: Installation, *, force: bool) -> Installation | None:
    """Make this the active phone and return the one that was; raises `Refused` unless forced.

    First the other one steps down: the database never lets two be active, not for a statement.
    """
    before = authorization.active_of(phone.user)
    if before is not None and before.pk != phone.pk:
        if not force:
            raise errors.not_active_phone(before)
        _set(before, Installation.Status.SUPERSEDED)
    _set(phone, Installation.Status.ACTIVE)
    return before


def _set(phone: Installation, status: Installation.Status) -> None:
    if not Installation.objects.linked().filter(pk=phone.pk).update(status=status):
        raise errors.unlinked()
    phone.status = status


@transaction.atomic
def switch_off(*, installation: Installation, origin: Origin) -> datetime:
    """Switch the backup off; until the time that is returned it can be switched on again."""
    phone = authorization.lock_active_for_update(installation, weakens=True)
    vault = authorization.on(phone.user)
    authorization.check_not_held(phone)
    until = timezone.now() + settings.VAULT_GRACE
    Vault.objects.filter(pk=vault.pk).update(state=Vault.State.OFF, ends_at=until)
    ledger.record(phone, EventKind.BACKUP_OFF, origin=origin)
    return until


@transaction.atomic
def undelete(*, installation: Installation, origin: Origin) -> Vault:
    """Switch the backup that was switched off last on again. Raises `Refused`."""
    phone = authorization.lock_active_for_update(installation)
    vault = authorization.current(phone.user)
    if vault.state == Vault.State.ON:
        raise errors.vault_exists(vault.public_id)
    Vault.objects.filter(pk=vault.pk).update(state=Vault.State.ON, ends_at=None)
    ledger.record(phone, EventKind.BACKUP_ON, origin=origin)
    vault.refresh_from_db()
    return vault


def delete_expired() -> int:
    """Delete vaults whose time has passed; return how many rows went."""
    over = Vault.objects.exclude(state=Vault.State.ON).filter(ends_at__lte=timezone.now())
    return sum(_forget(vault) for vault in over.select_related("user"))


@transaction.atomic
def _forget(vault: Vault) -> int:
    """Delete it unless somebody switched it on again just now, or the account is in dispute."""
    try:
        disputes.lock_for_update(vault.user)
    except disputes.InDispute:
        return 0
    rows = Vault.objects.filter(pk=vault.pk, ends_at__lte=timezone.now())
    return delete_in_batches(rows.exclude(state=Vault.State.ON))


def raise_epoch(vault: Vault, head: int) -> int:
    """Fence off every phone that saved before; returns the new epoch, raises `Refused`."""
    rows = Vault.objects.filter(pk=vault.pk, head=head)
    on: dict[str, Any] = {"state": Vault.State.ON, "ends_at": None}
    if not rows.update(epoch=F("epoch") + 1, **on):
        raise errors.stale_head(vault.head)
    vault.refresh_from_db()
    return vault.epoch
