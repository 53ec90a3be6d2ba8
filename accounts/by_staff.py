"""What staff do to somebody else's account.

Each act is one event of the person concerned, with the actor and the reason, and a notice to them.
"""

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.holds import cancelling
from accounts.models import EventKind, User
from accounts.staff import Act, check


@transaction.atomic
def freeze(*, actor: User, user: User, reason: str) -> bool:
    """Take back what was added without a strong proof and is held, and let nothing more be added.

    It ends with a strong sign-in or a password reset. False if there was nothing to change.
    """
    check(actor, user, Act.FREEZE)
    user = user.lock_for_update()
    rows = list(user.bindings.revocable())
    done = cancelling.cancel(
        user=user, chosen=rows, origin=Origin(actor=actor), reason=reason, effect=Effect.NOTHING
    )
    frozen = User.objects.filter(pk=user.pk, frozen_at__isnull=True)
    # The event of the freeze ends the sessions, after what was added in them is gone.
    if not frozen.update(frozen_at=timezone.now()) and not done:
        return False
    events.record(user, EventKind.ACCOUNT_FROZEN, origin=Origin(actor=actor), reason=reason)
    return True


@transaction.atomic
def lock(*, actor: User, user: User, reason: str) -> bool:
    """Keep the person out and end all their sessions; False if they were locked already."""
    check(actor, user, Act.LOCK)
    return _set(user, EventKind.ACCOUNT_LOCKED, actor=actor, reason=reason, is_active=False)


@transaction.atomic
def unlock(*, actor: User, user: User, reason: str) -> bool:
    """Let the person sign in again; False if they were not locked.

    A session that a sign-in began while the lock was being written ends now, at the latest.
    """
    check(actor, user, Act.UNLOCK)
    return _set(user, EventKind.ACCOUNT_UNLOCKED, actor=actor, reason=reason, is_active=True)


def _set(user: User, kind: EventKind, *, actor: User, reason: str, **flag: bool) -> bool:
    """Change one flag in one conditional UPDATE, so that two posts make one event."""
    ((name, value),) = flag.items()
    changed = User.objects.filter(pk=user.pk, **{name: not value}).update(**flag)
    setattr(user, name, value)
    if not changed:
        return False
    events.record(user, kind, origin=Origin(actor=actor), reason=reason)
    return True
