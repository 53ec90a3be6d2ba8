"""A phone and the session that called it lost contradict each other: what follows, and who decides.

The phone proves no more than a recovery until that is decided: by a strong proof that is older than
the report, by staff, or by time, after which the phone counts as before the report.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.utils import timezone

from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import HOST, Origin
from accounts.authentication.proofs import Proof, Strength
from accounts.holds import disputes
from accounts.models import EventKind, SecurityEvent, User
from devices.backups.apps import disputed
from devices.models import Authenticator, Passkey, Phone
from devices.phones import linked_phones, sealing


class NothingChanged(Exception):
    """A parallel request was first, or the time to be taken back has passed."""


class NotOlder(Exception):
    """No strong proof was given of something that counted before the report."""


def _begin(user: User, *, since: datetime, origin: Origin, **about: Unpack[Details]) -> datetime:
    until = disputes.begin(user, since=since, origin=origin, **about)
    disputed.keep_through(user, until)
    return until


def take_back(*, phone: Phone, origin: Origin) -> datetime:
    """Take back a phone that a recovered session took away, on the password and its own code.

    Returns until when the account is in dispute. Lock the person and spend the code before,
    in the same transaction. Raises `NothingChanged`.
    """
    row = Phone.objects.contestable().filter(pk=phone.pk).first()
    if row is None:
        raise NothingChanged
    user, since = phone.user, row.reported_at or timezone.now()
    until = _begin(user, since=since, origin=origin, phone=phone.name)
    if not sealing.open_again(row, contested_until=until):
        raise NothingChanged
    return until


def give_back(phone: Phone) -> None:
    """Give back what a session took away, as a press in its notice asks; nothing if it is gone.

    Who reads the mailbox may hold the phone as well, mail and all: the phone proves no more than a
    recovery until the dispute is decided. Lock the person before, in the same transaction.
    """
    taken = phone.is_suspended or phone in phone.user.phones.sealed()
    if taken:
        since = phone.reported_at or timezone.now()
        until = _begin(phone.user, since=since, origin=HOST, phone=phone.name)
        sealing.open_again(phone, contested_until=until)


def reported_again(again: Sequence[Phone], *, origin: Origin) -> SecurityEvent:
    """Dispute phones that a recovered session calls lost although they were taken back lately.

    Lock the person before, in the same transaction.
    """
    user, names = again[0].user, [phone.name for phone in again]
    now = timezone.now()
    until = _begin(user, since=now, origin=origin, phone=names[0], again=True)
    for phone in again:
        Phone.objects.filter(pk=phone.pk).update(contested_until=until, reported_at=now)
    return user.events.filter(kind=disputes.BEGUN).latest("pk")


def is_older(user: User, proofs: Sequence[Proof]) -> bool:
    """Tell whether one of these is a strong proof of something that counted before the report."""
    strong = {proof.factor for proof in proofs if proof.strength >= Strength.TWO_STEP}
    return bool(strong & {row.factor for row in older_factors(user)})


def older_factors(user: User) -> list[Authenticator | Passkey]:
    """Return what counted in full before the disputed act, and is not disputed itself."""
    since = user.disputed_since
    if since is None:
        return []
    contested = Phone.objects.contested().filter(user=user)
    rows = Authenticator.objects.usable().filter(user=user, trusted_from__lte=since)
    rows = rows.filter(phone__linked_at__lte=since, created_at__lte=since)
    keys = user.passkeys.filter(trusted_from__lte=since, created_at__lte=since)
    added = set(user.bindings.revocable().values_list("subject", flat=True))
    both = [*rows.exclude(phone__in=contested).select_related("phone"), *keys]
    return [row for row in both if row.factor not in added]


def name_of(factor: Authenticator | Passkey) -> str:
    """Name the device that an older factor is on."""
    return factor.phone.name if isinstance(factor, Authenticator) else factor.name


@transaction.atomic
def decide(
    *, user: User, keeps: bool, proofs: Sequence[Proof], origin: Origin
) -> SecurityEvent | None:
    """Decide by an older proof that the contested phones stay, or that they go now.

    Ends the person's sessions but the one that acts. Raises `NotOlder`, and `NothingChanged` if it
    was decided already.
    """
    user = user.lock_for_update()
    if not user.is_disputed:
        raise NothingChanged
    if not is_older(user, proofs):
        raise NotOlder
    return _decide(user, keeps=keeps, origin=origin)


def decided_by_staff(*, user: User, keeps: bool, actor: User, reason: str) -> bool:
    """Decide as a member of staff, with a reason; False if it was decided already.

    Call it in a transaction, once `accounts.staff.check` let the actor.
    """
    user = user.lock_for_update()
    if not user.is_disputed:
        return False
    _decide(user, keeps=keeps, origin=Origin(actor=actor), reason=reason)
    return True


def _decide(user: User, *, keeps: bool, origin: Origin, reason: str = "") -> SecurityEvent | None:
    contested, now = list(Phone.objects.contested().filter(user=user)), timezone.now()
    names, kind = [phone.name for phone in contested], EventKind.DISPUTE_DECIDED
    if origin.actor:
        kind = EventKind.DISPUTE_DECIDED_BY_STAFF
    # Each phone that goes ends the sessions, once its secret is gone.
    effect = Effect.NOTHING if contested and not keeps else None
    about: Details = {"phones": names, "keeps": keeps}
    if reason:
        about["reason"] = reason
    disputes.end(user, kind, origin=origin, effect=effect, **about)
    rows = Phone.objects.filter(pk__in=[phone.pk for phone in contested])
    rows.update(contested_until=None, reported_at=None, taken_back_at=now if keeps else None)
    event = None
    for phone in contested if not keeps else []:
        phone.user = user
        event = linked_phones.unlink(phone=phone, origin=origin, lost=True, reason=reason).event
    return event


def end_by_time() -> int:
    """Note the disputes whose time has passed, and tell the people; return how many."""
    rows = User.objects.filter(disputed_until__lte=timezone.now()).order_by("disputed_until")
    return sum(_end_by_time(user) for user in rows[: sealing.ERASED_AT_ONCE])


@transaction.atomic
def _end_by_time(user: User) -> bool:
    user = user.lock_for_update()
    if user.is_disputed:
        return False
    names = list(user.phones.filter(contested_until__isnull=False).values_list("name", flat=True))
    user.phones.update(contested_until=None)
    return disputes.end(user, EventKind.DISPUTE_ENDED, phones=names)
