"""Handing the key of a backup from one phone to another, sealed to the key in a QR code."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.batches import delete_in_batches
from core.limits import rates
from devices.backups import errors
from devices.backups.access import authorization
from devices.backups.storage.envelopes import KEY_BYTES, KEY_ID, NONCE_BYTES, TAG_BYTES
from devices.backups.validation import binary, members, uuid, word
from devices.models import Installation, KeyTransfer

POINT = {"least": 65, "most": 65}  # of P-256, not compressed
Json = dict[str, Any]


def read_public(value: Any) -> None:
    """Check a public key as WebCrypto writes it; raises `Refused`."""
    if binary(value, **POINT)[0] != 4:
        raise errors.malformed()


def read_answer(value: Any) -> Json:
    """Read what the other phone seals; raises `Refused`."""
    answer = members(value, "public", "nonce", "sealed", "vault", "key")
    read_public(answer["public"])
    binary(answer["nonce"], least=NONCE_BYTES, most=NONCE_BYTES)
    sealed = KEY_BYTES + TAG_BYTES
    binary(answer["sealed"], least=sealed, most=sealed)
    uuid(answer["vault"])
    word(answer["key"], KEY_ID)
    return answer


def count_asked(installation: Installation) -> None:
    """Count what one phone asks for; raises `LimitReached`."""
    rates.KEY_TRANSFERS.take(str(installation.public_id))


@transaction.atomic
def ask(*, installation: Installation) -> KeyTransfer:
    """Ask for the key, in the place of what this phone asked before; raises `Refused`."""
    phone = authorization.lock_for_update(installation)
    grant = authorization.check_grant(phone)
    phone.transfers.all().delete()
    until = min(timezone.now() + settings.KEY_TRANSFER_AGE, grant.expires_at)
    return KeyTransfer.objects.create(installation=phone, expires_at=until)


@transaction.atomic
def answer(*, installation: Installation, transfer: UUID, sealed: Json) -> None:
    """Give the sealed key to the phone that asked, once; raises `Refused`.

    It must be another phone of the same person that still has permission to read.
    """
    phone = authorization.lock_for_update(installation)
    row = _find(phone, transfer)
    if row.installation_id == phone.pk or not row.installation.grants.usable().exists():
        raise errors.transfer_unknown()
    authorization.vault(phone.user, UUID(sealed["vault"]))
    waiting = KeyTransfer.objects.filter(pk=row.pk, answer__isnull=True)
    if not waiting.update(answer=sealed):
        raise errors.transfer_unknown()


def _find(phone: Installation, public_id: UUID) -> KeyTransfer:
    rows = KeyTransfer.objects.filter(
        installation__user=phone.user, expires_at__gt=timezone.now(), public_id=public_id
    )
    asking = Installation.objects.linked()
    row = rows.filter(installation__in=asking).select_related("installation").first()
    if row is None:
        raise errors.transfer_unknown()
    return row


def show(installation: Installation, public_id: UUID) -> Json:
    """Say how it stands; the sealed key goes to the phone that asked, while its grant lasts.

    Raises `Refused`.
    """
    row = _find(installation, public_id)
    status = "waiting" if row.answer is None else "sealed"
    told = {"status": status, "phone": row.installation.name, "expires": row.expires_at}
    if row.installation_id != installation.pk:
        return told
    authorization.check_grant(installation)
    return {**told, **(row.answer or {})}


def delete_expired() -> int:
    """Delete what was asked for and has expired; return how many rows went."""
    return delete_in_batches(KeyTransfer.objects.filter(expires_at__lte=timezone.now()))
