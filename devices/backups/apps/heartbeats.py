"""What a phone is told when it calls, and what it says then."""

from typing import Any

from django.utils import timezone

from accounts.contacts.normalization import mask_address
from accounts.models import User
from devices.backups.access import authorization
from devices.backups.apps import wiping
from devices.models import Installation, RestoreGrant, Vault, VaultVersion


def note(installation: Installation, *, unsaved: int, accounts: int) -> None:
    """Write down that the phone called, and what it has."""
    said = {"unsaved": unsaved, "accounts": accounts, "last_contact_at": timezone.now()}
    Installation.objects.filter(pk=installation.pk).update(**said)
    vars(installation).update(said)


def to_unlinked(installation: Installation) -> dict[str, Any]:
    """Say that it is unlinked, and what it has to do; nothing else is any of its business."""
    return {"status": installation.status, "commands": wiping.told_to(installation)}


def to_linked(installation: Installation) -> dict[str, Any]:
    """Say how the phone and the backup of its person stand."""
    user, suspended = installation.user, installation.is_suspended
    status = Installation.Status.SUPERSEDED if suspended else installation.status
    vault = _vault_of(user)
    return {
        "status": status,
        "suspended": suspended,
        "replaced_until": installation.replaced_until,
        "held_until": installation.trusted_from if installation.is_held else None,
        "name": installation.name,
        "account": mask_address(user.email),
        "time": timezone.now(),
        "epoch": vault.epoch if vault and vault.state == Vault.State.ON else 0,
        "commands": wiping.told_to(installation),
        "vault": _vault(vault),
        "active": active_of(user),
        "grant": _grant(installation),
        "late": _late(vault),
    }


def _vault_of(user: User) -> Vault | None:
    """Return the vault that is on, else the newest of the others."""
    rows = authorization.kept(user)
    return max(rows, key=lambda row: (row.state == Vault.State.ON, row.pk), default=None)


def _vault(vault: Vault | None) -> dict[str, Any] | None:
    if vault is None:
        return None
    head = VaultVersion.objects.filter(vault=vault, number=vault.head).defer("ciphertext").first()
    is_off = vault.state == Vault.State.OFF
    return {
        "vault": str(vault.public_id),
        "state": vault.state,
        "head": vault.head,
        "verified": vault.verified_at is not None,
        "saved": head.saved_at if head else None,
        "accounts": head.accounts if head else 0,
        "deleted_until": vault.ends_at if is_off else None,
    }


def active_of(user: User) -> dict[str, Any] | None:
    """Tell of the phone that saves; of none if another app took its place."""
    row = user.installations.active().filter(replaced_until=None).first()
    if row is None:
        return None
    return {
        "installation": str(row.public_id),
        "name": row.name,
        "last_contact": row.last_contact_at,
        "saved": row.saved_at,
        "accounts": row.accounts,
        "unsaved": row.unsaved,
    }


def _grant(installation: Installation) -> dict[str, Any] | None:
    rows = RestoreGrant.objects.pending().filter(installation=installation)
    grant = rows.order_by("-pk").first()
    if grant is None:
        return None
    times = {"from": grant.available_at, "until": grant.expires_at}
    return {**times, "takes_over_from": grant.trusted_from}


def _late(vault: Vault | None) -> int:
    if vault is None:
        return 0
    return VaultVersion.objects.filter(vault=vault, number__isnull=True).count()
