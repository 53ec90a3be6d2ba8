"""What a strong sign-in is asked before anything else: keep what another session added, or not.

A strong proof frees what its own session added. Anything else that is held waits for the owner's
word (policy, section 1).
"""

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin, origin_of
from accounts.authentication.proofs import Proof, Strength
from accounts.holds.bindings import HANDLERS, forget_mark_if_answered, is_strong
from accounts.models import Binding, EventKind, User
from accounts.recovery_cases.ending import end_by_proof
from accounts.request_user import authenticated_user

QUESTION_KEY = "asks_what_is_held"


def settle(user: User, proofs: list[Proof], *, origin: Origin) -> list[Binding]:
    """Let a strong proof free what its own session added; return what else has to be asked for.

    A strong proof of something that was itself added on the same proofs decides nothing.
    """
    marks = (user.held_until, user.frozen_at, user.case_opened_at)
    is_marked = any(mark is not None for mark in marks)
    if not is_marked or max(proof.strength for proof in proofs) < Strength.TWO_STEP:
        return []
    if not is_strong(user, proofs):
        return []
    User.objects.filter(pk=user.pk, frozen_at__isnull=False).update(frozen_at=None)
    if user.case_opened_at:
        end_by_proof(user, origin=origin)
    rows = list(user.bindings.asked())
    own = [row for row in rows if origin.session and row.session == origin.session]
    for row in own:
        _confirm(user, row)
    if own:
        events.record(user, EventKind.HOLD_ENDED, origin=origin, factors=len(own))
    others = [row for row in rows if row not in own]
    if not others:
        forget_mark_if_answered(user)
    return others


def open_question(request: HttpRequest, proofs: list[Proof]) -> None:
    """Settle what strong proofs settle; what is left is asked before any other page is shown."""
    user = authenticated_user(request)
    if settle(user, proofs, origin=origin_of(request)):
        request.session[QUESTION_KEY] = True


def close_question(request: HttpRequest) -> None:
    """Show the other pages again."""
    request.session.pop(QUESTION_KEY, None)


def kind_in_words(kind: str) -> str:
    """Name a kind of thing for people."""
    return events.name_of(kind)


@transaction.atomic
def keep(user: User, binding: Binding, *, origin: Origin) -> bool:
    """Let something count that another session added; False if a parallel request was first."""
    user = user.lock_for_update()
    if not _confirm(user, binding):
        return False
    what: Details = {"method": binding.kind, "name": binding.name}
    events.record(user, EventKind.HOLD_KEPT, origin=origin, **what)
    forget_mark_if_answered(user)
    return True


def _confirm(user: User, binding: Binding) -> bool:
    rows = Binding.objects.open().filter(pk=binding.pk)
    if not rows.update(confirmed_at=timezone.now()):
        return False
    HANDLERS[binding.kind].keep(user, binding)
    return True
