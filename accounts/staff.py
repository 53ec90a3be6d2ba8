"""What staff may do to somebody else's account, and who is staff.

Each act is one event of the person concerned, with the actor and the reason, and a notice to them.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.holds import cancelling
from accounts.models import EventKind, StaffRequest, User
from core.i18n import gettext as _
from core.limits import rates


def why_not(actor: User, user: User) -> str:
    """Say why this member of staff may not act on this account; "" if they may."""
    if actor.pk == user.pk:
        return _("This is your own account. You can’t change it here.")
    if not actor.is_superuser and (user.is_staff or user.is_superuser):
        return _("This account belongs to a colleague. Only a superuser can change it.")
    return ""


def check(actor: User, user: User) -> None:
    """Raise `PermissionDenied` unless this member of staff may act on this account.

    Every act counts towards `STAFF_ACTS_AN_HOUR`, one that is rolled back does not; raises
    `LimitReached`. So a stolen session of staff does not lock everybody out in a second.
    """
    check_rights(actor, user)
    rates.STAFF_ACTS.take(str(actor.pk))


def check_rights(actor: User, user: User) -> None:
    """The same, for what is no act yet."""
    rights = User.objects.only("is_staff", "is_superuser").get(pk=user.pk)
    if not actor.is_staff or why_not(actor, rights):
        raise PermissionDenied


def has_colleague(*, actor: User, user: User, act: str, subject: str, reason: str) -> bool:
    """Tell whether a colleague asked for this act before, whose request is then used up.

    If nobody did, the wish of this member of staff is written down for a colleague to agree to, and
    the person is notified. Call it with the person locked.
    """
    rows = StaffRequest.objects.live().filter(user=user, act=act, subject=subject)
    asked = rows.exclude(asked_by=actor).first()
    if asked and rows.filter(pk=asked.pk).update(agreed_at=timezone.now()):
        return True
    if not rows.filter(asked_by=actor).exists():
        StaffRequest.objects.create(
            user=user, act=act, subject=subject, asked_by=actor, reason=reason
        )
        events.record(user, EventKind.STAFF_ASKED, origin=Origin(actor=actor), reason=reason)
    return False


@transaction.atomic
def freeze(*, actor: User, user: User, reason: str) -> bool:
    """Take back what was added without a strong proof and is held, and let nothing more be added.

    It ends with a strong sign-in or a password reset. False if there was nothing to change.
    """
    check(actor, user)
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
    check(actor, user)
    return _set(user, EventKind.ACCOUNT_LOCKED, actor=actor, reason=reason, is_active=False)


@transaction.atomic
def unlock(*, actor: User, user: User, reason: str) -> bool:
    """Let the person sign in again; False if they were not locked.

    A session that a sign-in began while the lock was being written ends now, at the latest.
    """
    check(actor, user)
    return _set(user, EventKind.ACCOUNT_UNLOCKED, actor=actor, reason=reason, is_active=True)


@transaction.atomic
def grant(user: User) -> bool:
    """Make the person staff; False if they were. Their sessions end: staff's limits are tighter."""
    return _set(user, EventKind.ACCOUNT_STAFF_GRANTED, is_staff=True)


@transaction.atomic
def revoke(user: User) -> bool:
    """Take the rights of staff and superusers away; False if the person was not staff."""
    changed = _set(user, EventKind.ACCOUNT_STAFF_REVOKED, is_staff=False)
    User.objects.filter(pk=user.pk, is_superuser=True).update(is_superuser=False)
    user.is_superuser = False
    return changed


def _set(
    user: User, kind: EventKind, *, actor: User | None = None, reason: str = "", **flag: bool
) -> bool:
    """Change one flag in one conditional UPDATE, so that two posts make one event."""
    ((name, value),) = flag.items()
    changed = User.objects.filter(pk=user.pk, **{name: not value}).update(**flag)
    setattr(user, name, value)
    if not changed:
        return False
    details: Details = {"reason": reason} if reason else {}
    events.record(user, kind, origin=Origin(actor=actor), **details)
    return True
