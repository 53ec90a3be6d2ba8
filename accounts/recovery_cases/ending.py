"""How a case ends without anybody getting in: stopped, disproved, withdrawn, declined, expired.

Each is one conditional UPDATE: of two that happen at once, one is written and told.
"""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import HOST, Origin
from accounts.models import CaseState, EventKind, OneTimeLink, RecoveryCase, User
from accounts.models.recovery_case import OPEN
from accounts.recovery_cases.mails import queue_to_person

LINK = "recovery-case"  # purpose of the link that an approved case gives


def end(case: RecoveryCase, state: CaseState, *, of: Collection[CaseState] = OPEN) -> bool:
    """Write down how it ended and tell the person; False if it had ended, or moved on.

    A link that was sent counts no more. Call it in a transaction, with the account locked.
    """
    rows = RecoveryCase.objects.filter(pk=case.pk, state__in=of)
    if not rows.update(state=state, ended_at=timezone.now()):
        return False
    case.state = state
    if case.user_id:
        User.objects.filter(pk=case.user_id).update(case_opened_at=None)
        links = OneTimeLink.objects.live().filter(user_id=case.user_id, purpose=LINK)
        links.update(used_at=timezone.now())
    if state != CaseState.DONE:
        queue_to_person(case, "case:ended")
    return True


@transaction.atomic
def stop(case: RecoveryCase, *, origin: Origin) -> bool:
    """End it because the owner said so; False if it had ended."""
    if case.user is None:
        return False
    user = case.user.lock_for_update()
    if not end(case, CaseState.STOPPED):
        return False
    events.record(user, EventKind.CASE_STOPPED, origin=origin, case=str(case.public_id))
    return True


@transaction.atomic
def withdraw(case: RecoveryCase) -> bool:
    """End it because the person who opened it said so; False if it had ended."""
    user = case.user.lock_for_update() if case.user else None
    if not end(case, CaseState.WITHDRAWN):
        return False
    if user:
        events.record(user, EventKind.CASE_WITHDRAWN, origin=HOST, case=str(case.public_id))
    return True


def end_by_proof(user: User, *, origin: Origin) -> None:
    """End the case of an account whose owner has just proved a strong factor.

    Call it in the transaction of the proof.
    """
    case = user.recovery_cases.open().first()
    if case and end(case, CaseState.PROVED):
        events.record(user, EventKind.CASE_PROVED, origin=origin, case=str(case.public_id))


def expire() -> None:
    """End what nobody decided in time, and what leads nowhere once its waiting time has passed."""
    now = timezone.now()
    for case in RecoveryCase.objects.open().filter(expires_at__lt=now).order_by("pk")[:100]:
        with transaction.atomic():
            user = case.user.lock_for_update() if case.user else None
            if end(case, CaseState.EXPIRED) and user:
                events.record(user, EventKind.CASE_EXPIRED, origin=HOST, case=str(case.public_id))
    strangers = RecoveryCase.objects.open().filter(user__isnull=True)
    limit = now - settings.RECOVERY_CASE_STRANGERS_AFTER
    for case in strangers.filter(waits_until__lt=limit).order_by("pk")[:100]:
        with transaction.atomic():
            end(case, CaseState.DECLINED)


def remind() -> None:
    """Tell every address of an account once more, in the last day before a case can be decided."""
    now = timezone.now()
    soon = RecoveryCase.objects.real().filter(
        state=CaseState.WAITING,
        reminded_at__isnull=True,
        waits_until__lt=now + timedelta(days=1),
    )
    for case in soon.select_related("user").order_by("pk")[:100]:
        with transaction.atomic():
            rows = RecoveryCase.objects.filter(pk=case.pk, reminded_at__isnull=True)
            if case.user and rows.update(reminded_at=now):
                events.record(
                    case.user,
                    EventKind.CASE_REMINDED,
                    origin=HOST,
                    until=case.waits_until.isoformat(),
                    case=str(case.public_id),
                )
