"""Recovery on another phone: what there is, looking at it, taking it over."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.models import EventKind, User
from devices.backups import errors, ledger
from devices.backups.access import authorization
from devices.backups.apps import heartbeats
from devices.backups.storage import serialization, vaults, versions
from devices.models import Installation, RestoreGrant, Vault

Json = dict[str, Any]


@dataclass(frozen=True)
class Done:
    """Where the vault stands after a recovery."""

    epoch: int
    head: int


def offers(installation: Installation) -> Json:
    """What may be opened now, the backup that is on first, and which phone saves now.

    Raises `Refused`.
    """
    user, grant = installation.user, authorization.pending_grant(installation)
    rows = [row for row in _sorted(user) if grant.is_usable or authorization.is_proved(grant, row)]
    if not rows and not grant.is_usable:
        raise errors.grant_not_yet(grant.available_at)
    vaults = [{**_offer(row), "slots": serialization.slots_of(row)} for row in rows]
    return {"vaults": vaults, "active": heartbeats.active_of(user)}


def to_prove(installation: Installation) -> Json:
    """What could be opened by anyone who proves a key, and from when it can be without; no more.

    Raises `Refused`.
    """
    user, grant = installation.user, authorization.pending_grant(installation)
    vaults = [
        {**_offer(row), "slots": serialization.bare_slots_of(row), "proves": bool(row.tag_digest)}
        for row in _sorted(user)
    ]
    times = {"from": grant.available_at, "takes_over_from": grant.trusted_from}
    return {"vaults": vaults, "active": heartbeats.active_of(user), **times}


def _sorted(user: User) -> list[Vault]:
    return sorted(authorization.kept(user), key=lambda row: (row.state != Vault.State.ON, -row.pk))


def _offer(vault: Vault) -> Json:
    head = versions.head_of(vault)
    is_frozen = vault.state == Vault.State.FROZEN
    return {
        "vault": vault.public_id,
        "state": vault.state,
        "frozen_until": vault.ends_at if is_frozen else None,
        "epoch": vault.epoch,
        "head": vault.head,
        "saved": head.saved_at,
        "accounts": head.accounts,
        "phone": head.phone_name,
        "versions": vault.versions.filter(number__isnull=False).count(),
    }


@transaction.atomic
def view(*, installation: Installation, vault: UUID, origin: Origin) -> Done:
    """Note that the phone only looks, and tell the person. Raises `Refused`."""
    phone = authorization.lock_for_update(installation)
    row = authorization.readable(phone, vault)
    ledger.record(phone, EventKind.BACKUP_OPENED, origin=origin)
    return Done(row.epoch, row.head)


@transaction.atomic
def take_over(*, installation: Installation, vault: UUID, head: int, origin: Origin) -> Done:
    """Make this the phone that saves, from the head it knows on, and tell the person.

    The head is kept longer, and the epoch fences the other phone off. A vault that is off or
    frozen is on again, unless another one is. Raises `Refused`.
    """
    phone = authorization.lock_for_update(installation, weakens=True)
    row = authorization.readable(phone, vault)
    grant = authorization.check_taker(phone, row)
    if row.head != head:
        raise errors.stale_head(row.head)
    _check_no_other(row)
    versions.keep_longer(versions.head_of(row), versions.TAKE_OVER)
    epoch = vaults.raise_epoch(row, head)
    before = vaults.activate(phone, force=True)
    _hold(phone, grant)
    about: Details = {}
    if before is not None and before.pk != phone.pk:
        about["before"] = before.name
    ledger.record(phone, EventKind.BACKUP_TAKEN_OVER, origin=origin, **about)
    return Done(epoch, head)


def _hold(phone: Installation, grant: RestoreGrant) -> None:
    """What took over in a recovered session destroys nothing until the hold ends."""
    rows = Installation.objects.filter(pk=phone.pk, trusted_from__lt=grant.trusted_from)
    rows.update(trusted_from=grant.trusted_from)


def _check_no_other(vault: Vault) -> None:
    others = vault.user.vaults.filter(state=Vault.State.ON).exclude(pk=vault.pk)
    other = others.first()
    if other is not None:
        raise errors.vault_exists(other.public_id)
