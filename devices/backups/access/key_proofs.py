"""Proving a key of a backup to the portal without telling it.

The app derives a tag from what unwraps a slot, or from the vault key itself, with HKDF-SHA256 under
an info string of its own (docs/authenticator.md); the portal keeps the SHA-256 of it. A tag takes
as much to guess as its slot: a passphrase costs Argon2id each time, the other keys are random. So
anyone who holds the key waits for nothing after a weak sign-in, and nobody else gets the sealed key
or the backup to guess at offline.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.activity.origin import Origin
from accounts.models import EventKind
from core.limits import rates
from devices.backups import errors, ledger, validation
from devices.backups.access import authorization
from devices.models import Installation, KeyProof, KeySlot, Vault

TAG_BYTES = 32
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def digest_in(body: dict[str, Any]) -> str:
    """Return what is kept of the `tag` in a body, "" if there is none; raises `Refused`.

    An unkeyed digest: the tag has 256 bits, or as many as the passphrase, which the sealed slot in
    the same database would give away at the same cost.
    """
    if "tag" not in body:
        return ""
    return sha256(validation.binary(body["tag"], least=TAG_BYTES, most=TAG_BYTES)).hexdigest()


def prove(
    *, installation: Installation, vault: UUID, slot: UUID | None, digest: str, origin: Origin
) -> datetime:
    """Judge a tag of a slot, or without one of the vault key; return until when the grant lasts.

    The try is counted first, in rows of their own: call it outside a transaction. Only passphrases
    can be guessed, so only they count for the vault: nobody fills a limit that keeps the owner of
    the backup key out. Raises `LimitReached` and `Refused`.
    """
    row, kept, kind = _kept(installation, vault, slot)
    rates.KEY_PROOFS.take(str(installation.public_id))
    if kind == KeySlot.Kind.PASSPHRASE:
        rates.PASSPHRASE_PROOFS.take(str(row.pk))
    if not hmac.compare_digest(kept, digest):
        ledger.record(installation, EventKind.BACKUP_PROOF_WRONG, origin=origin)
        raise errors.proof_wrong()
    if kind == KeySlot.Kind.PASSPHRASE:
        rates.PASSPHRASE_PROOFS.give_back(str(row.pk))
    return _note(installation, row, kept, slot, origin)


def _kept(installation: Installation, vault: UUID, slot: UUID | None) -> tuple[Vault, str, str]:
    """Return the vault, the digest to compare with, and the kind of key; raises `Refused`."""
    authorization.pending_grant(installation)
    row = authorization.vault(installation.user, vault)
    kept, kind = row.tag_digest, ""
    if slot is not None:
        found = row.slots.filter(public_id=slot).first()
        if found is None:
            raise errors.slot_unknown()
        kept, kind = found.tag_digest, found.kind
    if not kept:
        raise errors.no_tag()
    return row, kept, kind


@transaction.atomic
def _note(
    installation: Installation, vault: Vault, kept: str, slot: UUID | None, origin: Origin
) -> datetime:
    """Write the proof down under the grant of this moment, and tell the person if it spares a wait.

    What was judged before the turn is looked at again: the slot may have been removed meanwhile.
    """
    phone = authorization.lock_for_update(installation)
    grant = authorization.pending_grant(phone)
    if _kept(phone, vault.public_id, slot)[1] != kept:
        raise errors.proof_wrong()
    _proof, is_new = KeyProof.objects.get_or_create(grant=grant, vault=vault)
    if is_new and not grant.is_usable:
        ledger.record(phone, EventKind.BACKUP_KEY_PROVED, origin=origin)
    return grant.expires_at
