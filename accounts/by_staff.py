"""What staff do to somebody else's account.

Each act is one event of the person concerned, with the actor and the reason, and a notice to them.
"""

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.authentication.factors import recovery_codes
from accounts.holds import cancelling
from accounts.links import link_mail
from accounts.models import EventKind, StaffNote, User
from accounts.staff import Act, check


class IsLocked(Exception):
    """A locked account gets no link."""


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


@transaction.atomic
def discard_codes(*, actor: User, user: User, reason: str) -> bool:
    """Let no recovery code of the person count any more; False if none did.

    For a sheet that was lost or copied: who holds it could sign in with the password.
    """
    check(actor, user, Act.DISCARD_CODES)
    user = user.lock_for_update()
    if not user.recovery_code_sets.live().exists():
        return False
    recovery_codes.end_all(user)
    kind = EventKind.RECOVERY_CODES_DISCARDED_BY_STAFF
    events.record(user, kind, origin=Origin(actor=actor), reason=reason)
    return True


@transaction.atomic
def require_password(*, actor: User, user: User, reason: str) -> bool:
    """Let no session do anything but choose a new password; False if that was so already.

    For a password that others may know (NIST SP 800-63B-4 3.1.1.2: force a change on evidence of
    compromise). What it takes to choose one says `accounts.views.password`.
    """
    check(actor, user, Act.REQUIRE_PASSWORD)
    rows = User.objects.filter(pk=user.pk, password_required_at__isnull=True)
    if not rows.update(password_required_at=timezone.now()):
        return False
    kind = EventKind.PASSWORD_REQUIRED_BY_STAFF
    events.record(user, kind, origin=Origin(actor=actor), reason=reason)
    return True


def send_reset(*, actor: User, user: User, reason: str) -> None:
    """Mail the person the link for a new password that "Forgot your password?" mails.

    Only to the address they sign in with, and staff never see it. Raises `IsLocked`. Call it
    outside a transaction.
    """
    with transaction.atomic():
        check(actor, user, Act.SEND_RESET)
        user = User.objects.get(pk=user.pk)
        if not user.is_active:
            raise IsLocked
        kind = EventKind.STAFF_SENT_RESET
        events.record(user, kind, origin=Origin(actor=actor), reason=reason, address=user.email)
    link_mail.ask(user.email, "reset")


@transaction.atomic
def name(*, actor: User, user: User, name: str, reason: str) -> bool:
    """Correct how the person is called here; False if that was the name already."""
    check(actor, user, Act.NAME)
    before = user.lock_for_update().name
    if not User.objects.filter(pk=user.pk).exclude(name=name).update(name=name):
        return False
    about: Details = {"name": name, "name_before": before, "reason": reason}
    events.record(user, EventKind.ACCOUNT_NAMED_BY_STAFF, origin=Origin(actor=actor), **about)
    return True


@transaction.atomic
def note(*, actor: User, user: User, text: str, ticket: str) -> StaffNote:
    """Write something down for colleagues; the person sees that there is a note, not what."""
    check(actor, user, Act.NOTE)
    row = StaffNote.objects.create(user=user, author=actor, text=text, ticket=ticket)
    events.record(user, EventKind.STAFF_NOTED, origin=Origin(actor=actor))
    return row


def _set(user: User, kind: EventKind, *, actor: User, reason: str, **flag: bool) -> bool:
    """Change one flag in one conditional UPDATE, so that two posts make one event."""
    ((name, value),) = flag.items()
    changed = User.objects.filter(pk=user.pk, **{name: not value}).update(**flag)
    setattr(user, name, value)
    if not changed:
        return False
    events.record(user, kind, origin=Origin(actor=actor), reason=reason)
    return True
