"""Linking a phone, renaming and unlinking it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength
from accounts.holds import bindings, disputes
from accounts.holds.bindings import Ground
from accounts.models import EventKind, SecurityEvent, User
from accounts.readiness import declined_methods, unused_methods
from core.batches import delete_in_batches
from core.limits.counters import Budget
from devices.backups.apps import unlinking, wiping
from devices.factors import last_factor
from devices.factors.methods import AuthenticatorAppMethod
from devices.models import Authenticator, Installation, Phone
from devices.phones import sealing

METHOD = AuthenticatorAppMethod.slug  # of bindings and proofs, too
BEGUN_KEPT = 3  # their pages then say that they are too old


class AlreadyLinked(Exception):
    """A parallel request proved the code first, or what is linked is no longer there."""


class TooManyPhones(Exception):
    """The person has `PHONES_A_PERSON` linked phones."""


@dataclass(frozen=True)
class Unlinking:
    """What letting a phone go has done; `factors` are those whose proofs count no more."""

    event: SecurityEvent
    factors: frozenset[str]


@dataclass(frozen=True)
class Linking:
    """A linked phone, what its first code proved, and the phone that it replaced."""

    phone: Phone
    proof: Proof
    replaced: Unlinking | None


def has_room(user: User, *, replaces: Phone | None = None) -> bool:
    """Tell whether one more phone may be linked, the replaced one not counted."""
    linked = user.phones.linked().count() - (1 if replaces else 0)
    most: int = settings.PHONES_A_PERSON
    return linked < most


def budget_of_link(phone: Phone) -> Budget:
    """Return the wrong codes that linking this phone may take."""
    return Budget(f"person:{phone.user_id}", f"link:{phone.public_id}")


@transaction.atomic
def link(*, user: User, name: str) -> Phone:
    """Begin to link a phone: a fresh secret, which counts nowhere until a code proves it.

    The secrets of QR codes that are still open are erased: only the newest one can be proved.
    """
    disputes.lock_for_update(user)  # or a phone could be confirmed between being found and erased
    begun = list(user.phones.filter(linked_at__isnull=True).order_by("-pk"))
    Authenticator.objects.filter(phone__in=begun, confirmed=False).delete()
    user.phones.filter(pk__in=[phone.pk for phone in begun[BEGUN_KEPT - 1 :]]).delete()
    phone = Phone.objects.create(user=user, name=name)
    authenticator = Authenticator(user=user, phone=phone, name=METHOD, confirmed=False)
    authenticator.draw_secret()
    authenticator.save()
    return phone


@transaction.atomic
def confirm(
    *,
    phone: Phone,
    step: int,
    trusted_from: datetime,
    origin: Origin,
    ground: Ground | None = None,
    replaces: Phone | None = None,
    kept_until: datetime | None = None,
) -> Linking:
    """Link a phone whose code of this time step was right, and unlink the replaced one.

    The factor counts fully from `trusted_from`; `ground` is what the session had proved. With
    `kept_until` the replaced phone is kept, sealed, until then. Raises `AlreadyLinked` for the
    second of two parallel requests, `TooManyPhones` if others were linked meanwhile; nothing has
    changed then.
    """
    disputes.lock_for_update(phone.user)
    erased = _replace(replaces, kept_until) if replaces else None
    proof = _confirm(phone, step, trusted_from)
    name = phone.name
    binding = bindings.note(phone.user, METHOD, proof.factor, ground=ground, name=name)
    budget_of_link(phone).clear()
    about: Details = {"phone": name, **bindings.told(binding)}
    kind, effect = EventKind.PHONE_LINKED, Effect.NOTHING if erased else None  # unlinking ends more
    events.record(phone.user, kind, origin=origin, effect=effect, **about)
    replaced = None
    if erased:
        event = _record(erased, {"replaced_by": phone.name}, origin=origin)
        replaced = Unlinking(event, erased.factors)
    return Linking(phone, proof, replaced)


def _confirm(phone: Phone, step: int, trusted_from: datetime) -> Proof:
    if not has_room(phone.user):
        raise TooManyPhones
    now = timezone.now()
    rows = Authenticator.objects.filter(phone=phone, confirmed=False, last_step__lt=step)
    # Judged here again: the page may have been open for longer than the QR code counts.
    authenticator = rows.first() if Phone.objects.begun().filter(pk=phone.pk).exists() else None
    changed = {"confirmed": True, "last_step": step, "trusted_from": trusted_from}
    if authenticator is None or rows.update(**changed, last_used_at=now) != 1:
        raise AlreadyLinked
    Phone.objects.filter(pk=phone.pk).update(linked_at=now, last_used_at=now)
    unused_methods.begin(phone.user)
    strength = Strength.TWO_STEP if trusted_from <= now else Strength.RECOVERED
    return Proof.now(METHOD, strength, authenticator.factor)


@transaction.atomic
def rename(*, phone: Phone, name: str, origin: Origin) -> None:
    """Give a phone another name."""
    before, phone.name = phone.name, name
    phone.save(update_fields=["name"])
    Installation.objects.on(phone).update(name=name)
    if before != name:
        kind, user = EventKind.PHONE_RENAMED, phone.user
        events.record(user, kind, origin=origin, phone=name, before=before)


@transaction.atomic
def unlink(
    *,
    phone: Phone,
    origin: Origin,
    lost: bool = False,
    wipe: bool = False,
    kept_until: datetime | None = None,
    erases_from: datetime | None = None,
    reason: str = "",
    also: Details | None = None,
) -> Unlinking:
    """Unlink a phone: erase its secrets, end the sessions but the one that acts, tell the person.

    This site's app on it may do nothing any more; with `wipe` it is told to erase its accounts when
    it calls next, or to lock them until `erases_from` (or `kept_until`). Two-step verification
    stays as it is. What the phone proved in the session that stays has to be forgotten there: see
    `devices.sessions.engine.strip_proofs`. Staff give a `reason` and keep no session; `also` tells
    in the event what goes together with the phone. `kept_until` is given by a session that proved
    too little to undo it: until then the phone is kept, sealed (`devices.phones.sealing`), and it
    is erased afterwards. Raises `Phone.DoesNotExist` if it is gone already; of a person who neither
    lost it nor has staff unlink it `factors.LastFactor` if it is the last strong factor, and
    `declining.LastFallBack` if it is the last besides another device.
    """
    user = phone.user.lock_for_update() if origin.actor else disputes.lock_for_update(phone.user)
    is_kept = kept_until is not None and sealing.is_kept(phone)
    until = kept_until if is_kept else None
    begins = erases_from or kept_until
    erased = _erase(phone, wipe=wipe, kept_until=until, erases_from=begins)
    about: Details = {"lost": lost, **(also or {}), **_note_order(erased, origin.session, begins)}
    if not lost and origin.actor is None:
        last_factor.keep_one(user)
        declined_methods.check(user)
    if origin.actor:
        about["reason"] = reason
    event = _record(erased, about, origin=origin)
    return Unlinking(event, erased.factors)


def _note_order(erased: "_Erased", session: str, begins: datetime | None) -> Details:
    """Return what the event says of an order to erase that locks first.

    Taking a phone back that is kept calls its order off; any other stands in the ledger by itself.
    """
    if not erased.wipe or begins is None:
        return {}
    if erased.kept_until:
        return {"locks": True}
    noted = wiping.note_ordered(erased.installations, session=session, until=begins)
    return {"locks": True, **noted}


def take_off(phone: Phone) -> None:
    """Erase a phone whose linking is taken back; who calls it ends the sessions, and tells of it.

    Call it with the person locked. Nothing happens if it is gone already.
    """
    if Phone.objects.filter(pk=phone.pk).exists():
        _erase(phone)


@dataclass(frozen=True)
class _Erased:
    phone: Phone
    factors: frozenset[str]
    installations: list[Installation]
    wipe: bool
    kept_until: datetime | None


def _erase(
    phone: Phone,
    *,
    wipe: bool = False,
    kept_until: datetime | None = None,
    erases_from: datetime | None = None,
) -> _Erased:
    """Stop the factors, before the event ends the sessions.

    A sign-in under way is then refused, or found among the sessions: it writes to the factor and to
    its session in one transaction.
    """
    if kept_until:
        factors = phone.authenticators.all().factors()
        apps = sealing.seal(phone, kept_until, wipe=wipe)
    else:
        factors = phone.authenticators.all().erase()
        rows = Installation.objects.on(phone)
        apps = unlinking.unlink(rows, wipe=wipe, erases_from=erases_from)
        if not Phone.objects.filter(pk=phone.pk).delete()[0]:
            raise Phone.DoesNotExist
        bindings.forget_subjects(phone.user, factors)
    return _Erased(phone, factors, apps, wipe, kept_until)


def _replace(phone: Phone, kept_until: datetime | None) -> _Erased:
    return _erase(phone, kept_until=kept_until if sealing.is_kept(phone) else None)


def _record(erased: _Erased, more: Details, *, origin: Origin) -> SecurityEvent:
    phone = erased.phone
    if not erased.factors:
        more["without_codes"] = [*more.get("without_codes", []), phone.name]
    if erased.kept_until:
        more["kept_until"] = erased.kept_until.isoformat()
        more["kept"] = [phone.name, *more.get("kept", [])]
        more["kept_factors"] = len(erased.factors)
        more |= sealing.note(phone, sealing.LOST, session=origin.session, until=erased.kept_until)
        more["own_code"] = Phone.objects.contestable().filter(pk=phone.pk).exists()
    if erased.installations:
        ids = [str(row.public_id) for row in erased.installations]
        more |= {"apps": ids, "wipe": erased.wipe}
    kind = EventKind.PHONE_UNLINKED_BY_STAFF if origin.actor else EventKind.PHONE_UNLINKED
    about: Details = {**more, "phone": phone.name, "authenticators": len(erased.factors)}
    return events.record(phone.user, kind, origin=origin, **about)


def delete_abandoned() -> int:
    """Delete phones whose code can no longer be proved; return how many rows went."""
    return delete_in_batches(Phone.objects.abandoned())
