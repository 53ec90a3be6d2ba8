"""The versions that are kept: listed, read, and kept for longer."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import base64url
from devices.backups import errors
from devices.backups.access import authorization
from devices.backups.storage.versions import SHRINK, TAKE_OVER, keep_longer
from devices.models import Installation, KeySlot, Vault, VaultVersion

A_PAGE = 50
PHONE_PINS = ("import", "key", "merge", "person")
PINS_A_VAULT = 10
Json = dict[str, Any]


def about(row: VaultVersion) -> Json:
    """What is told of a version without what is sealed."""
    return {
        "version": row.number,
        "base": row.base,
        "epoch": row.epoch,
        "saved": row.saved_at,
        "phone": row.phone_name,
        "accounts": row.accounts,
        "size": row.size,
        "pinned_until": row.pinned_until,
        "why_pinned": row.why_pinned,
    }


def whole(row: VaultVersion) -> Json:
    """A version as its phone sent it, and what is told of it."""
    return {**about(row), "envelope": envelope_of(row)}


def envelope_of(row: VaultVersion) -> Json:
    """Put header and content together again."""
    return {**row.header, "ciphertext": base64url.encode(bytes(row.ciphertext))}


def slots_of(vault: Vault) -> list[Json]:
    """The ways to open a vault, oldest first."""
    return [_slot(row) for row in vault.slots.order_by("pk")]


def bare_slots_of(vault: Vault) -> list[Json]:
    """What it takes to prove a key, and nothing that it could be guessed at with offline."""
    return [_bare(row) for row in vault.slots.order_by("pk")]


def removed_slots_of(vault: Vault) -> list[Json]:
    """What was removed and can be brought back, oldest first."""
    rows = KeySlot.removed.filter(vault=vault).order_by("pk")
    return [
        {
            "id": row.public_id,
            "kind": row.kind,
            "created": row.created_at,
            "removed": row.removed_at,
            "until": row.removed_at + settings.REMOVED_SLOTS_KEPT,
        }
        for row in rows
        if row.removed_at
    ]


def _bare(row: KeySlot) -> Json:
    proves = bool(row.tag_digest)
    return {"id": row.public_id, "kind": row.kind, "params": row.params, "proves": proves}


def _slot(row: KeySlot) -> Json:
    return {
        "id": row.public_id,
        "kind": row.kind,
        "key": row.key,
        "params": row.params,
        "nonce": row.nonce,
        "sealed": row.sealed,
        "created": row.created_at,
        "verified": row.verified_at,
        "opened": row.last_opened_at,
    }


def page(vault: Vault, before: int | None) -> Json:
    """List the versions of a vault, or those before a number, newest first."""
    rows = _numbered(vault)
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(rows.order_by("-number").defer("ciphertext", "header")[: A_PAGE + 1])
    return {"versions": [about(row) for row in found[:A_PAGE]], "more": len(found) > A_PAGE}


def _numbered(vault: Vault) -> QuerySet[VaultVersion]:
    return vault.versions.filter(number__isnull=False)


def one(vault: Vault, number: int) -> VaultVersion:
    """Return a version; raises `Refused`."""
    row = vault.versions.filter(number=number).first()
    if row is None:
        raise errors.version_unknown()
    return row


@transaction.atomic
def pin(*, installation: Installation, number: int, pinned: bool, why: str) -> None:
    """Keep a version longer, or no longer; what the portal keeps stays.

    Raises `Refused`.
    """
    phone = authorization.lock_active_for_update(installation, weakens=not pinned)
    vault = authorization.current(phone.user)
    row, now = one(vault, number), timezone.now()
    is_pinned = row.pinned_until is not None and row.pinned_until > now
    if not pinned:
        authorization.check_not_held(phone)
    if is_pinned and row.why_pinned in {SHRINK, TAKE_OVER}:
        if not pinned:
            raise errors.pin_stays()
    elif pinned:
        _check_room(vault, row)
        keep_longer(row, why)
    else:
        vault.versions.filter(pk=row.pk).update(pinned_until=None, why_pinned="")


def _check_room(vault: Vault, row: VaultVersion) -> None:
    own = _numbered(vault).filter(pinned_until__gt=timezone.now(), why_pinned__in=PHONE_PINS)
    if own.exclude(pk=row.pk).count() >= PINS_A_VAULT:
        raise errors.too_many_pins()
