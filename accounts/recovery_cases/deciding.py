"""What officers do: two different ones approve, each with a reason, or one declines.

Two recovery contacts who say that it is the owner are worth one of the two officers. Nobody decides
before the waiting time has passed, whatever their role. The link goes to the person; staff never
see it.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import HOST, Origin
from accounts.models import (
    CaseApproval,
    CaseState,
    EventKind,
    RecoveryCase,
    RecoveryContact,
    Role,
    User,
)
from accounts.recovery_cases.ending import end
from accounts.recovery_cases.mails import queue_to_person
from accounts.recovery_contacts.answering import answer, are_worth_an_officer
from accounts.staff import Act, check
from core.database import violates

NEEDED = 2  # officers


class TooEarly(Exception):
    """The wait lasts: the owner may still stop it."""


class Ended(Exception):
    """It is no longer open, or was approved already."""


@transaction.atomic
def approve(*, actor: User, case: RecoveryCase, reason: str) -> bool:
    """Add this officer's word; True if it was the last that was needed, and the link is sent.

    Raises `PermissionDenied`, `TooEarly` or `Ended`. The words of colleagues who are no longer
    officers do not count.
    """
    user = _locked(actor, case)
    try:
        with transaction.atomic():
            CaseApproval.objects.create(case=case, officer=actor, reason=reason)
    except IntegrityError as error:
        if not violates(error, CaseApproval, "one_approval_an_officer", "case_id", "officer_id"):
            raise
        return False
    is_enough = _is_enough(case, user)
    kind = EventKind.CASE_APPROVED if is_enough else EventKind.CASE_SUPPORTED
    if is_enough:
        _let_in(case)
    about = {"reason": reason, "case": str(case.public_id)}
    events.record(user, kind, origin=Origin(actor=actor), **about)  # type: ignore[arg-type]
    return is_enough


def _is_enough(case: RecoveryCase, user: User) -> bool:
    """Two officers, or one and as many recovery contacts as are worth the other."""
    rows = case.approvals.filter(officer__is_active=True, officer__role__gte=Role.RECOVERY_OFFICER)
    officers = rows.exclude(officer=user).count()
    return officers >= NEEDED or (officers == NEEDED - 1 and are_worth_an_officer(case))


def is_last_word(case: RecoveryCase, officer: User) -> bool:
    """Tell whether the person gets the link as soon as this officer approves."""
    others = case.approvals.exclude(officer=officer)
    return others.exists() or are_worth_an_officer(case)


@transaction.atomic
def hear(case: RecoveryCase, contact: RecoveryContact, *, is_owner: bool, origin: Origin) -> None:
    """Take the answer of a recovery contact; it sends the link if an officer had approved.

    Raises `NotOpen`.
    """
    case = answer(case, contact, is_owner=is_owner, origin=origin)
    user = _owner(case)
    if is_owner and case.is_ready and _is_enough(case, user):
        _let_in(case)
        events.record(user, EventKind.CASE_APPROVED, origin=HOST, case=str(case.public_id))


@transaction.atomic
def decline(*, actor: User, case: RecoveryCase, reason: str) -> bool:
    """End it because this officer does not believe it; raises `PermissionDenied` or `Ended`."""
    check(actor, _owner(case), Act.DECIDE_CASE)
    user = _owner(case).lock_for_update()
    if not end(case, CaseState.DECLINED):
        raise Ended
    about = {"reason": reason, "case": str(case.public_id)}
    events.record(
        user,
        EventKind.CASE_DECLINED,
        origin=Origin(actor=actor),
        **about,  # type: ignore[arg-type]
    )
    return True


def _owner(case: RecoveryCase) -> User:
    if case.user is None:
        raise Ended
    return case.user


def _locked(actor: User, case: RecoveryCase) -> User:
    """Judge the right, then the state, with the account locked."""
    check(actor, _owner(case), Act.DECIDE_CASE)
    user = _owner(case).lock_for_update()
    case.refresh_from_db()
    if case.state != CaseState.WAITING or case.expires_at <= timezone.now():
        raise Ended
    if case.is_waiting:
        raise TooEarly
    return user


def _let_in(case: RecoveryCase) -> None:
    now = timezone.now()
    expires_at = now + settings.RECOVERY_CASE_APPROVED_AGE
    rows = RecoveryCase.objects.filter(pk=case.pk, state=CaseState.WAITING)
    rows.update(state=CaseState.APPROVED, approved_at=now, expires_at=expires_at)
    case.refresh_from_db()
    queue_to_person(case, "case:link")


@transaction.atomic
def send_again(case: RecoveryCase) -> bool:
    """Send the person of an approved case another link; False if it is not open any more.

    Call `rates.RECOVERY_CASE_LINKS.take` before, outside of a transaction.
    """
    user = _owner(case).lock_for_update()
    case.refresh_from_db()
    if case.state != CaseState.APPROVED or case.expires_at <= timezone.now() or not user.is_active:
        return False
    queue_to_person(case, "case:link")
    return True
