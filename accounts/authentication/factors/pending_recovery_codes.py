"""A new set of recovery codes that waits until its owner shows that they have it.

A sheet that was made but never saved must not cost its owner the one they have: the older set stays
valid until one code of the new one was typed back.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.effects import Effect
from accounts.activity.origin import HOST, Origin
from accounts.authentication.factors import recovery_codes
from accounts.holds import disputes
from accounts.models import EventKind, RecoveryCodeSet, User


class NothingElse(Exception):
    """The pending codes are the only ones with which the person could get in."""


def confirm(user: User, code_set: RecoveryCodeSet, *, origin: Origin = HOST) -> bool:
    """Note that one code was typed back; False if the set ended meanwhile. Raises `InDispute`.

    If that ends an older set, the other sessions end as well: one of its codes may have opened
    them.
    """
    with transaction.atomic():
        user.lock_for_update()
        _wait_for_sign_ins(user)
        row = user.recovery_code_sets.live().filter(pk=code_set.pk).first()
        if row is None:
            return False
        if row.is_pending:
            disputes.lock_for_update(user)
        mark_confirmed(row)
        kind = EventKind.RECOVERY_CODES_CONFIRMED
        effect = None if row.is_pending else Effect.NOTHING
        events.record(user, kind, origin=origin, effect=effect)
    return True


def mark_confirmed(code_set: RecoveryCodeSet) -> None:
    """Confirm a set, in the transaction of the caller; a pending one replaces the others."""
    user = code_set.user
    rows = user.recovery_code_sets.filter(pk=code_set.pk)
    rows.update(confirmed_at=timezone.now(), shown_sealed=None)
    if not code_set.is_pending:
        return
    lasting = user.recovery_code_sets.filter(ends_at__isnull=True, is_pending=False)
    kept = lasting.filter(is_kept=True)
    if kept.exists():  # beside one that is held, the owner's sheet is now this one
        recovery_codes.end(user, kept)
        rows.update(is_pending=False, is_kept=True)
        return
    _end_older(user, code_set, until=_undo_until(code_set))
    rows.update(is_pending=False)


def _undo_until(code_set: RecoveryCodeSet) -> datetime | None:
    """Return until when a press in a notice takes the set back; then the older ones are needed."""
    rows = code_set.user.bindings.revocable().filter(subject=code_set.factor)
    binding = rows.filter(held_until__isnull=True).first()
    return binding.undo_until if binding else None


def _end_older(user: User, code_set: RecoveryCodeSet, *, until: datetime | None) -> None:
    """End the other sets; those that nobody can take back only at `until`, if that is given.

    Otherwise somebody who knows the password could make a sheet that is a second step tomorrow.
    """
    others = user.recovery_code_sets.live().exclude(pk=code_set.pk)
    open_subjects = set(user.bindings.revocable().values_list("subject", flat=True))
    for row in others:
        one = others.filter(pk=row.pk)
        if until is None or row.factor in open_subjects:
            recovery_codes.end(user, one)
        else:
            ends_at = max(row.ends_at or until, until)
            one.update(ends_at=ends_at, is_kept=False, shown_sealed=None)


def discard(user: User, public_id: UUID, *, origin: Origin) -> bool:
    """End the pending set, and leave the older one; False if it is pending no more.

    Raises `NothingElse` if no other code is left, and `InDispute`.
    """
    with transaction.atomic():
        disputes.lock_for_update(user)
        _wait_for_sign_ins(user)
        live = user.recovery_code_sets.live()
        row = live.filter(is_pending=True, public_id=public_id).first()
        if row is None:
            return False
        if not live.exclude(pk=row.pk).with_any_left().exists():
            raise NothingElse
        recovery_codes.end(user, user.recovery_code_sets.filter(pk=row.pk))
        events.record(user, EventKind.RECOVERY_CODES_DISCARDED, origin=origin)
    return True


def _wait_for_sign_ins(user: User) -> None:
    """Lock the sets: a sign-in that uses up a code has then finished, and its session is found."""
    list(user.recovery_code_sets.live().order_by("pk").select_for_update())
