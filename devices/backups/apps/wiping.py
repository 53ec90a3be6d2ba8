"""Orders to erase a phone: one from a recovered session locks first, and can be called off.

The phone re-seals what it has under a secret that only the portal keeps. It is drawn once for each
order and given as long as the phone has not said that it is locked, so that an answer that got lost
costs nothing; after that it is given only once the order was called off.
"""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_bytes
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength, fresh_proofs
from accounts.holds import bindings
from accounts.models import Binding, EventKind, User
from accounts.request_user import authenticated_user
from core import base64url
from devices.backups import errors
from devices.models import Installation, PhoneCommand

ORDER = "wipe"  # its kind in the ledger
SECRET_BYTES = 32
SECRET = PhoneCommand._meta.get_field("sealed_secret")


def erases_from(request: HttpRequest) -> datetime | None:
    """Return from when an order that this session gives erases a phone; None if at once.

    Erasing cannot be undone, so only a fresh strong proof does it at once. Without two-step
    verification a stolen password alone would do: such a phone locks first as well.
    """
    user = authenticated_user(request)
    if user.has_two_step:
        return bindings.kept_until(request)
    if bindings.is_strong(user, fresh_proofs(request)):
        return None
    return timezone.now() + settings.RECOVERY_HOLD


def note_ordered(
    installations: Iterable[Installation], *, session: str, until: datetime
) -> Details:
    """Write into the ledger that a session ordered these phones erased; return what events keep.

    So the button in the notice calls it off. Call it with the person locked.
    """
    told: Details = {}
    for command in to_call_off(installations).select_related("installation"):
        row = Binding.objects.create(
            user_id=command.installation.user_id,
            kind=ORDER,
            subject=f"devices.phonecommand:{command.pk}",
            name=command.installation.name,
            session=session,
            strength=Strength.RECOVERED,
            undo_until=until,
        )
        told = {"binding": str(row.public_id)}
    return told


def told_to(installation: Installation) -> list[dict[str, Any]]:
    """Return what the phone has to do, and note that it was told."""
    rows = list(installation.commands.filter(done_at__isnull=True))
    for row in rows:
        row.installation = installation  # with its person: a dispute makes an order wait
    waiting = [row.pk for row in rows if row.delivered_at is None]
    if waiting:
        PhoneCommand.objects.filter(pk__in=waiting).update(delivered_at=timezone.now())
    return [_told(row) for row in rows]


def _told(row: PhoneCommand) -> dict[str, Any]:
    known = {"id": str(row.public_id)}
    if row.called_off_at:
        return {**known, "kind": "open", "secret": _secret_of(row)}
    if row.locks:
        return {**known, "kind": "lock", "until": row.waits_until}
    return {**known, "kind": row.kind}


def _secret_of(row: PhoneCommand) -> str:
    return base64url.encode(SECRET.open(row)) if row.sealed_secret else ""


@transaction.atomic
def secret_for(command: PhoneCommand) -> dict[str, Any]:
    """Give the secret under which the phone locks its accounts; raises `Refused`.

    Two tabs of one phone get the same one: which of them was quicker does not matter.
    """
    command.installation.user.lock_for_update()
    rows = PhoneCommand.objects.filter(pk=command.pk, done_at__isnull=True)
    row = rows.select_related("installation__user").first()
    if row is None or not row.locks or row.locked_at:
        raise errors.nothing_to_lock()
    if not row.sealed_secret:
        row.sealed_secret = SECRET.seal(row, token_bytes(SECRET_BYTES))
        row.save(update_fields=["sealed_secret"])
    return {"secret": _secret_of(row), "until": row.waits_until}


@transaction.atomic
def note_locked(command: PhoneCommand, *, origin: Origin) -> None:
    """Note once that the phone is locked, and tell the person."""
    rows = PhoneCommand.objects.filter(pk=command.pk, done_at__isnull=True, locked_at__isnull=True)
    if rows.filter(sealed_secret__isnull=False).update(locked_at=timezone.now()):
        _record(command, EventKind.APP_LOCKED, origin=origin)


@transaction.atomic
def note_opened(command: PhoneCommand, *, origin: Origin) -> None:
    """Note once that a phone whose order was called off is open again; the secret goes."""
    rows = PhoneCommand.objects.filter(pk=command.pk, done_at__isnull=True)
    ended = {"done_at": timezone.now(), "sealed_secret": None}
    if rows.filter(called_off_at__isnull=False).update(**ended):
        _record(command, EventKind.APP_UNLOCKED, origin=origin)


@transaction.atomic
def note_erased(command: PhoneCommand, *, origin: Origin) -> None:
    """Note once that the phone erased its accounts, and tell the person."""
    rows = PhoneCommand.objects.filter(pk=command.pk, done_at__isnull=True)
    if rows.update(done_at=timezone.now(), sealed_secret=None):
        _record(command, EventKind.APP_WIPED, origin=origin)


def _record(command: PhoneCommand, kind: EventKind, *, origin: Origin) -> None:
    """Tell the person; the button in the notice takes back what ordered it."""
    app = command.installation
    place = app.phone_id or app.replaced_on_id
    subjects = (f"devices.phonecommand:{command.pk}", f"devices.phone:{place}")
    ordered = app.user.bindings.revocable().filter(subject__in=subjects).last()
    details: Details = {"phone": app.name, **bindings.told(ordered)}
    events.record(app.user, kind, origin=origin, **details)


def to_call_off(installations: Iterable[Installation]) -> QuerySet[PhoneCommand]:
    """Return the orders that have not been carried out, and were not called off."""
    rows = PhoneCommand.objects.filter(installation__in=list(installations))
    return rows.filter(done_at__isnull=True, called_off_at__isnull=True)


@transaction.atomic
def call_off(
    *, user: User, installations: Iterable[Installation], origin: Origin
) -> list[Installation]:
    """Call the orders to these phones off, and tell the person; return the phones.

    What is locked opens again when the phone calls; what was told to erase itself and has not yet
    said that it did may have done so all the same.
    """
    user.lock_for_update()
    rows = list(to_call_off(installations).select_related("installation"))
    now, done = timezone.now(), []
    for row in rows:
        # One that nothing was sealed for ends at once.
        ended: dict[str, Any] = {} if row.sealed_secret else {"done_at": now}
        open_row = PhoneCommand.objects.filter(pk=row.pk, done_at__isnull=True)
        if open_row.filter(called_off_at__isnull=True).update(called_off_at=now, **ended):
            bindings.forget_subjects(user, [f"devices.phonecommand:{row.pk}"])
            kind, phone = EventKind.APP_WIPE_CALLED_OFF, row.installation.name
            events.record(user, kind, origin=origin, phone=phone)
            done.append(row.installation)
    return done


def open_again(installations: Iterable[Installation]) -> None:
    """Call the orders to phones off that were taken back; what took them back tells the person.

    Call it with the person locked.
    """
    rows, now = to_call_off(installations), timezone.now()
    rows.filter(sealed_secret__isnull=True).update(called_off_at=now, done_at=now)
    rows.update(called_off_at=now)
