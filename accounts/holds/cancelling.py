"""Taking back what a session added, with everything that was added on it."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.holds import bindings
from accounts.holds.bindings import HANDLERS
from accounts.models import Binding, EventKind, User


@transaction.atomic
def cancel(
    *,
    user: User,
    chosen: Iterable[Binding],
    origin: Origin,
    reason: str = "",
    effect: Effect | None = None,
) -> list[Binding]:
    """Take these back, newest first, end every session but the one that acts, and tell the person.

    What was added on one of them goes with it. `effect` is `NOTHING` where the caller's own event
    ends the sessions, after this. Return what this call has taken back: nothing if a
    parallel one was first.
    """
    user = user.lock_for_update()
    rows = _with_what_followed(user, chosen)
    # The factors before the sessions, as in `devices.phones.linked_phones.unlink`: a sign-in under
    # way with one of them is then refused, or found among the sessions.
    done = [
        row for row in sorted(rows, key=lambda row: -row.pk) if _undo(user, row, origin.session)
    ]
    if not done:
        return []
    details: Details = {"methods": [row.kind for row in done]}
    details["names"] = [row.name for row in done if row.name]
    if reason:
        details["reason"] = reason
    kind = EventKind.HOLD_CANCELLED
    events.record(user, kind, origin=origin, effect=effect, **details)
    bindings.forget_mark_if_answered(user)
    return done


def _undo(user: User, row: Binding, except_session: str) -> bool:
    open_row = Binding.objects.open().filter(pk=row.pk)
    if not open_row.update(cancelled_at=timezone.now()):
        return False
    HANDLERS[row.kind].undo(user, row, except_session=except_session)
    return True


def _with_what_followed(user: User, chosen: Iterable[Binding]) -> list[Binding]:
    """Add what was added on these, on that in turn, and so on."""
    found = {row.pk: row for row in chosen}
    others = list(user.bindings.revocable())
    grew = True
    while grew:
        subjects = {row.subject for row in found.values() if HANDLERS[row.kind].adds}
        more = [row for row in others if row.pk not in found and subjects & set(row.proofs)]
        found |= {row.pk: row for row in more}
        grew = bool(more)
    return list(found.values())


def of_the_session(binding: Binding) -> list[Binding]:
    """Return everything that the session of this one has added and that can be taken back."""
    rows = binding.user.bindings.revocable()
    return list(
        rows.filter(session=binding.session) if binding.session else rows.filter(pk=binding.pk)
    )


def cancel_held(
    user: User, *, origin: Origin, spare: str = "", effect: Effect | None = None
) -> list[Binding]:
    """Take back what is held, as the password has changed, but not what the acting session added.

    `spare` is the subject of the mailbox that proved who changes it. If that is held itself, it
    proves too little to take anything back.
    """
    rows = list(user.bindings.held())
    if any(row.subject == spare for row in rows):
        return []
    chosen = [row for row in rows if not origin.session or row.session != origin.session]
    if not chosen:
        return []
    return cancel(user=user, chosen=chosen, origin=origin, effect=effect)
