"""What officers do: two different ones approve, each with a reason, or one declines.

Two recovery contacts who say that it is the owner are worth one of the two officers. Nobody decides
before the waiting time has passed, whatever their role. The link goes to the person; staff never
see it.
"""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
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
    officers do not count; those of one who is again do, once somebody presses again.
    """
    user = _locked(actor, case)
    is_new = _add(case, actor, reason)
    is_last = is_enough(case)
    about: Details = {"reason": reason, "case": str(case.public_id)}
    if is_last:
        _let_in(case)
        events.record(user, EventKind.CASE_APPROVED, origin=Origin(actor=actor), **about)
    elif is_new:
        events.record(user, EventKind.CASE_SUPPORTED, origin=Origin(actor=actor), **about)
    return is_last


def _add(case: RecoveryCase, officer: User, reason: str) -> bool:
    """Write the word of an officer down; False if it stands there already."""
    try:
        with transaction.atomic():
            CaseApproval.objects.create(case=case, officer=officer, reason=reason)
    except IntegrityError as error:
        if not violates(error, CaseApproval, "one_approval_an_officer", "case_id", "officer_id"):
            raise
        return False
    return True


def _words_that_count(case: RecoveryCase) -> QuerySet[CaseApproval]:
    """Return the words of those who are officers now; never one about their own account."""
    rows = case.approvals.filter(officer__is_active=True, officer__role__gte=Role.RECOVERY_OFFICER)
    return rows.exclude(officer=case.user)


def is_enough(case: RecoveryCase) -> bool:
    """Two officers, or one and as many recovery contacts as are worth the other."""
    officers = _words_that_count(case).count()
    return officers >= NEEDED or (officers == NEEDED - 1 and are_worth_an_officer(case))


def is_last_word(case: RecoveryCase, officer: User) -> bool:
    """Tell whether the person gets the link as soon as this officer approves."""
    others = _words_that_count(case).exclude(officer=officer)
    return others.exists() or are_worth_an_officer(case)


@transaction.atomic
def hear(case: RecoveryCase, contact: RecoveryContact, *, is_owner: bool, origin: Origin) -> None:
    """Take the answer of a recovery contact; it sends the link if an officer had approved.

    Raises `NotOpen`.
    """
    case = answer(case, contact, is_owner=is_owner, origin=origin)
    user = _owner(case)
    if is_owner and case.is_ready and is_enough(case):
        _let_in(case)
        events.record(user, EventKind.CASE_APPROVED, origin=HOST, case=str(case.public_id))


@transaction.atomic
def decline(*, actor: User, case: RecoveryCase, reason: str) -> bool:
    """End it because this officer does not believe it; raises `PermissionDenied` or `Ended`."""
    check(actor, _owner(case), Act.DECIDE_CASE)
    user = _owner(case).lock_for_update()
    if not end(case, CaseState.DECLINED):
        raise Ended
    about: Details = {"reason": reason, "case": str(case.public_id)}
    events.record(user, EventKind.CASE_DECLINED, origin=Origin(actor=actor), **about)
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
