"""The end of a case that was approved: a new password, and a session that binds a new factor."""

from django.db import transaction

from accounts.activity import events
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.holds import cancelling
from accounts.models import CaseState, EventKind, OneTimeLink, RecoveryCase, User
from accounts.models.user import PASSWORD_FIELDS
from accounts.recovery_cases.ending import LINK, end


def find(token: str) -> tuple[OneTimeLink, RecoveryCase] | None:
    """Return the live link of this token and its approved case; None if either has ended."""
    link = OneTimeLink.find(token, LINK)
    case = link.user.recovery_cases.filter(state=CaseState.APPROVED).first() if link else None
    return (link, case) if link and case else None


@transaction.atomic
def finish(link: OneTimeLink, case: RecoveryCase, *, password: str, origin: Origin) -> User | None:
    """Use the link up and set the password; None if it no longer works.

    What happened since it was opened counts: a parallel request, a stop, a lock, a new password.

    Every session, trusted browser and code that is on its way ends, and what sessions had added
    without a strong proof goes. Two-step verification stays as it is.
    """
    user = link.user.lock_for_update()
    is_first = link.fits(user) and link.consume()
    if not is_first or not end(case, CaseState.DONE, of=(CaseState.APPROVED,)):
        transaction.set_rollback(True)
        return None
    user.set_password(password)
    user.reset_mailbox = None
    user.frozen_at = None
    user.save(update_fields=[*PASSWORD_FIELDS, "reset_mailbox", "frozen_at"])
    cancelling.cancel_held(user, origin=origin, effect=Effect.NOTHING)
    events.record(user, EventKind.CASE_DONE, origin=origin, case=str(case.public_id))
    return user
