"""Who is staff, and what each may do to somebody else's account.

Whether this member of staff may do it is read from the database, where the act is done.
"""

from datetime import timedelta
from enum import Enum

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import HOST, Origin
from accounts.models import EventKind, Role, SecurityEvent, StaffRequest, User
from core.i18n import gettext as _
from core.limits import rates

LOOKS_APART = timedelta(hours=1)


class Act(Enum):
    """What staff do, and the lowest role that may; looking takes any role."""

    DISCARD_CODES = "discard_codes", Role.SUPPORT
    END_SESSIONS = "end_sessions", Role.SUPPORT
    ENROL = "enrol", Role.SUPPORT
    FREEZE = "freeze", Role.SUPPORT
    INVITE = "invite", Role.SUPPORT
    LOCK = "lock", Role.SUPPORT
    NAME = "name", Role.SUPPORT
    NOTE = "note", Role.SUPPORT
    OPEN_CASE = "open_case", Role.SUPPORT
    REMOVE_PASSKEY = "remove_passkey", Role.SUPPORT
    REQUIRE_PASSWORD = "require_password", Role.SUPPORT
    SEND_RESET = "send_reset", Role.SUPPORT
    UNLINK_PHONE = "unlink_phone", Role.SUPPORT
    UNLOCK = "unlock", Role.SUPPORT
    DECIDE_CASE = "decide_case", Role.RECOVERY_OFFICER
    DECIDE_DISPUTE = "decide_dispute", Role.RECOVERY_OFFICER
    GIVE_ROLE = "give_role", Role.ADMINISTRATOR
    KEEP_ORGANISATIONS = "keep_organisations", Role.ADMINISTRATOR

    def __init__(self, slug: str, role: Role) -> None:
        self.slug = slug
        self.role = role


def why_not(actor: User, user: User) -> str:
    """Say why this member of staff may not act on this account at all; "" if they may."""
    if actor.pk == user.pk:
        return _("This is your own account. You can’t change it here.")
    if actor.role < Role.SUPPORT:
        return _("Your role lets you look at accounts. You can’t change them.")
    if Role.NONE < user.role >= actor.role and actor.role < Role.ADMINISTRATOR:
        return _("This account belongs to a colleague. You need a higher role to change it.")
    return ""


def acts_on(actor: User, user: User) -> frozenset[str]:
    """Return the slugs of what this member of staff may do to this account."""
    if why_not(actor, user):
        return frozenset()
    return frozenset(act.slug for act in Act if actor.role >= act.role)


def may(actor: User, act: Act) -> bool:
    """Tell whether this member of staff may do this, whomever it concerns."""
    return actor.role >= act.role


def check(actor: User, user: User, act: Act) -> None:
    """Raise `PermissionDenied` unless this member of staff may do this to this account.

    Every act counts towards `STAFF_ACTS_AN_HOUR`, one that is rolled back does not; raises
    `LimitReached`. So a stolen session of staff does not lock everybody out in a second.
    """
    check_rights(actor, user, act)
    rates.STAFF_ACTS.take(str(actor.pk))


def check_rights(actor: User, user: User, act: Act) -> None:
    """The same, for what is no act yet."""
    roles = User.objects.only("role", "is_active").in_bulk({actor.pk, user.pk})
    own, theirs = roles.get(actor.pk), roles.get(user.pk)
    if own is None or theirs is None or not own.is_active:
        raise PermissionDenied
    if act.slug not in acts_on(own, theirs):
        raise PermissionDenied


def check_may(actor: User, act: Act) -> None:
    """Raise `PermissionDenied` unless this member of staff may do this, whomever it concerns."""
    if not User.objects.filter(pk=actor.pk, is_active=True, role__gte=act.role).exists():
        raise PermissionDenied


def note_look(*, actor: User, user: User) -> None:
    """Let the person see in their activity that this member of staff looked; once in an hour."""
    if actor.pk == user.pk:
        return
    rows = SecurityEvent.objects.filter(user=user, at__gt=timezone.now() - LOOKS_APART)
    if not rows.filter(kind=EventKind.STAFF_LOOKED, actor_id=actor.pk).exists():
        events.record(user, EventKind.STAFF_LOOKED, origin=Origin(actor=actor))


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


class NoSecondStep(Exception):
    """Two-step verification is off: staff bind their first factor by a link from the host alone."""


@transaction.atomic
def give_role(*, actor: User, user: User, role: Role, reason: str, origin: Origin = HOST) -> bool:
    """Give the person this role, or take it with `Role.NONE`; False if they had it.

    The administrator, from `origin`, is notified too: a stolen session of theirs could make a thief
    staff, and nobody else would read of it.

    Raises `NoSecondStep` before somebody becomes staff by the password alone. Both rows are locked
    first, in one order: of two administrators who take each other's role, one keeps it.
    """
    both = User.objects.select_for_update(no_key=True).order_by("pk")
    rows = {row.pk: row for row in both.filter(pk__in={actor.pk, user.pk})}
    check(actor, user, Act.GIVE_ROLE)
    if role and not rows[user.pk].has_two_step:
        raise NoSecondStep
    before = Role(rows[user.pk].role)
    if not set_role(user, role, origin=Origin(actor=actor), reason=reason):
        return False
    about: Details = {
        "account": str(user.public_id),
        "name": user.email,
        "role": role.name.lower(),
        "role_before": before.name.lower(),
        "reason": reason,
    }
    events.record(actor, EventKind.STAFF_GAVE_ROLE, origin=origin, **about)
    return True


@transaction.atomic
def set_role(user: User, role: Role, *, origin: Origin, reason: str = "") -> bool:
    """Write the role down, in one conditional UPDATE; False if the person had it.

    Their sessions end: staff's limits are tighter, and what a page shows follows from the role.
    """
    rows = User.objects.filter(pk=user.pk).exclude(role=role)
    changed = rows.update(role=role, is_staff=bool(role), is_superuser=False)
    user.role, user.is_staff, user.is_superuser = role, bool(role), False
    if not changed:
        return False
    kind = EventKind.ACCOUNT_ROLE_GIVEN if role else EventKind.ACCOUNT_STAFF_REVOKED
    details: Details = {"reason": reason} if reason else {}
    if role:
        details["role"] = role.name.lower()
    events.record(user, kind, origin=origin, **details)
    return True
