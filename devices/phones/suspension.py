"""Suspending a phone, the first aid that can be undone, and taking it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import options_for
from accounts.holds import disputes
from accounts.models import EventKind, SecurityEvent
from devices.backups.apps.unlinking import end_asked
from devices.models import Installation, Phone
from devices.models.authenticator import step_now
from devices.phones import sealing
from devices.phones.consequences import Endings, endings, factors_of


class NothingChanged(Exception):
    """A parallel request was first, or the phone is no longer linked."""


class NotProved(Exception):
    """No strong proof of another device was given."""


@dataclass(frozen=True)
class Suspending:
    """What suspending a phone has done; proofs of these `factors` count no more."""

    event: SecurityEvent
    factors: frozenset[str]


@transaction.atomic
def suspend(*, phone: Phone, origin: Origin, kept_until: datetime | None = None) -> Suspending:
    """Let a phone prove nothing until it is taken back; its secrets stay.

    `kept_until` is given by a session that proved too little to undo it: until then the phone takes
    itself back with the password and its own code (`devices.disputes`).

    This site's app on it neither saves nor reads meanwhile, and keeps its accounts and its role.

    Ends the person's sessions but the one that acts, in which the proofs of the phone have to be
    forgotten: see `devices.sessions.engine.strip_proofs`. Raises `NothingChanged`.
    """
    disputes.lock_for_update(phone.user)
    factors, now = factors_of(phone), timezone.now()
    end_asked(Installation.objects.on(phone))
    # The factors before the sessions, as in `devices.phones.linked_phones.unlink`: a sign-in under
    # way with a code of the window is then refused, or found among the sessions.
    sealing.kill_codes(phone)
    rows = Phone.objects.linked().filter(pk=phone.pk, suspended_at__isnull=True)
    reported = {"reported_at": now, "contestable_until": kept_until} if kept_until else {}
    if not rows.update(suspended_at=now, **reported):
        raise NothingChanged
    about: Details = {"phone": phone.name}
    if kept_until and factors:
        about["kept_until"] = kept_until.isoformat()
        about |= sealing.note(phone, sealing.SUSPENDED, session=origin.session, until=kept_until)
    kind = EventKind.PHONE_SUSPENDED
    event = events.record(phone.user, kind, origin=origin, **about)
    return Suspending(event, factors)


@transaction.atomic
def take_back(*, phone: Phone, proofs: list[Proof], origin: Origin) -> None:
    """Let a phone count again that was suspended or sealed, on a strong one of these fresh proofs.

    Codes that it showed meanwhile stay dead. Ends the person's sessions but the one that acts.
    Raises `NotProved` and `NothingChanged`.
    """
    disputes.lock_for_update(phone.user)
    if not is_proved(phone, proofs):
        raise NotProved
    authenticators, now = phone.authenticators.all(), timezone.now()
    authenticators.use_up_to(step_now())
    authenticators.filter(trusted_from__gt=now).update(trusted_from=now)
    if not sealing.open_again(phone):
        raise NothingChanged
    kind, name = EventKind.PHONE_TAKEN_BACK, phone.name
    events.record(phone.user, kind, origin=origin, phone=name)


def is_proved(phone: Phone, proofs: list[Proof]) -> bool:
    """Tell whether one of the proofs is a strong one of another device."""
    own = factors_of(phone)
    return any(proof.strength >= Strength.TWO_STEP and proof.factor not in own for proof in proofs)


def strong_ways(phone: Phone) -> list[SignInOption]:
    """Return the sign-in options besides this phone that could take it back now."""
    others = [
        option
        for option in options_for(phone.user)
        if option.possession.key != phone.possession_key
    ]
    return [option for option in others if option.strength >= Strength.TWO_STEP]


@dataclass(frozen=True)
class Consequences:
    """What suspending a phone does, or taking it back.

    `templates/devices/consequences/` says it. `kept_until` is until when the phone can take itself
    back, and `has_passkeys` whether the person has some, which do not change.
    """

    phone: Phone
    has_codes: bool
    has_app: bool
    endings: Endings
    kept_until: datetime | None = None
    has_passkeys: bool = False


def consequences(
    phone: Phone, *, except_session: str, stays: bool, kept_until: datetime | None = None
) -> Consequences:
    """Look ahead; `except_session` is the session that acts, `stays` whether it goes on.

    `kept_until` is given if the phone can take itself back until then.
    """
    has_codes = bool(factors_of(phone))
    return Consequences(
        phone=phone,
        has_codes=has_codes,
        has_app=phone.app is not None,
        endings=endings(phone.user, except_session=except_session, stays=stays),
        kept_until=kept_until if has_codes else None,
        has_passkeys=phone.user.passkeys.usable().exists(),
    )


def consequences_of_taking_back(phone: Phone, *, except_session: str) -> Consequences:
    """Look ahead at taking the phone back."""
    return Consequences(
        phone=phone,
        has_codes=bool(factors_of(phone)),
        has_app=phone.app is not None,
        endings=endings(phone.user, except_session=except_session),
    )
