"""Accounts with organisations on a phone: the one-time code, the secret, its first code.

An account works on one phone: the old secret ends in the transaction that proves the new one, and
not before.
"""

from datetime import datetime
from secrets import choice

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.authentication.factors.recovery_codes import (
    ALPHABET,
    SLIPS,
    check_character,
)
from accounts.holds import bindings, disputes
from accounts.holds.bindings import Ground
from accounts.models import Enrolment, EventKind, User
from accounts.readiness import unused_methods
from core.batches import delete_in_batches
from core.keys.crypto import keyed_digest, keyed_digests
from core.limits.counters import Budget
from devices.models import Authenticator, Installation, Session, WorkCode
from devices.models.authenticator import ON_PHONE, step_now
from devices.phones.linked_phones import METHOD

PURPOSE = "work-code"
CODE_LENGTH = 28  # 27 random characters of 5 bits and one that catches typos
State = Enrolment.State


class Unknown(Exception):
    """Wrong, expired, used, somebody else's, ended: one answer to all of it."""


def state_on(installation: Installation, enrolment: Enrolment) -> str:
    """Return the state as this phone is told: what is set up on another one is not ready here."""
    if enrolment.state != State.ENROLLED or is_here(installation, enrolment):
        return enrolment.state
    return State.ACTION_REQUIRED


def is_here(installation: Installation, enrolment: Enrolment) -> bool:
    """Tell whether the secret that counts is on this phone, whatever was asked since."""
    if installation.phone_id is None:
        return False
    return enrolment.authenticators.filter(confirmed=True, phone=installation.phone_id).exists()


def clean(typed: str) -> str:
    """Return the characters of a code whatever the case, blanks, hyphens and slips; "" if none."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(SLIPS)
    if len(code) != CODE_LENGTH or set(code) - set(ALPHABET):
        return ""
    return code if check_character(code[:-1]) == code[-1] else ""


def grouped(code: str) -> str:
    """Write the code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def phones_for(user: User) -> list[Installation]:
    """Return the linked apps of a person on which an account can be set up."""
    rows = Installation.objects.linked().filter(user=user, **ON_PHONE)
    return list(rows.select_related("phone"))


@transaction.atomic
def make_code(
    *,
    enrolment: Enrolment,
    installation: Installation,
    trusted_from: datetime,
    session: str,
    ground: Ground | None = None,
) -> str:
    """Draw the code for this phone, which ends the earlier one; only its digest is kept.

    Raises `Unknown` unless the organisation approved and the phone is linked.
    """
    user = disputes.lock_for_update(enrolment.user)
    is_approved = user.enrolments.approved().filter(pk=enrolment.pk).exists()
    if not is_approved or installation not in phones_for(user):
        raise Unknown
    now = timezone.now()
    WorkCode.objects.live().filter(enrolment=enrolment).update(ended_at=now)
    body = "".join(choice(ALPHABET) for _each in range(CODE_LENGTH - 1))
    code = body + check_character(body)
    WorkCode.objects.create(
        enrolment=enrolment,
        installation=installation,
        digest=keyed_digest(PURPOSE, code),
        trusted_from=trusted_from,
        ground=ground.as_json() if ground else None,
        session=session,
        expires_at=now + settings.WORK_CODE_AGE,
    )
    return code


def end_begun(user: User, except_session: str = "") -> None:
    """Let no code of the person count any more, nor a secret that waits for its first code.

    A secret whose code was made in the session with the public id `except_session` may still be
    proved.
    """
    rows = WorkCode.objects.live().filter(enrolment__user=user)
    rows.update(ended_at=timezone.now())
    kept = WorkCode.objects.filter(session=except_session or "-", authenticator__isnull=False)
    begun = Authenticator.objects.begun().filter(user=user, enrolment__isnull=False)
    begun.exclude(pk__in=kept.values("authenticator")).delete()


@transaction.atomic
def claim(*, installation: Installation, typed: str) -> Authenticator:
    """Use the code up and draw the secret, which counts nowhere until `confirm`; or `Unknown`."""
    user = disputes.lock_for_update(installation.user)
    rows = WorkCode.objects.live().filter(digest__in=keyed_digests(PURPOSE, clean(typed)))
    row = rows.filter(installation=installation).select_related("enrolment").first()
    if row is None or not rows.filter(pk=row.pk).update(claimed_at=timezone.now()):
        raise Unknown
    here = next((each for each in phones_for(user) if each.pk == installation.pk), None)
    is_approved = user.enrolments.approved().filter(pk=row.enrolment_id).exists()
    if not is_approved or here is None or here.phone is None:
        raise Unknown
    Authenticator.objects.begun().filter(enrolment=row.enrolment).delete()
    authenticator = Authenticator(
        user=user,
        phone=here.phone,
        enrolment=row.enrolment,
        name=METHOD,
        confirmed=False,
        trusted_from=row.trusted_from,
    )
    authenticator.draw_secret()
    authenticator.save()
    WorkCode.objects.filter(pk=row.pk).update(authenticator=authenticator)
    return authenticator


def claimed(installation: Installation, enrolment: Enrolment) -> Authenticator | None:
    """Return the secret on this phone that waits for its first code."""
    since = timezone.now() - settings.WORK_CONFIRM_AGE
    rows = Authenticator.objects.begun().filter(enrolment=enrolment, created_at__gt=since)
    rows = rows.filter(phone__installation=installation, **ON_PHONE)
    return rows.select_related("phone", "user", "enrolment__organisation").first()


def budget_of(authenticator: Authenticator) -> Budget:
    """Return the wrong first codes that a secret may take."""
    return Budget(f"person:{authenticator.user_id}", f"work:{authenticator.public_id}")


@transaction.atomic
def confirm(*, authenticator: Authenticator, step: int, origin: Origin) -> None:
    """Let the secret count, whose code of this time step was right, and end the old one.

    After a sign-in without a strong proof the old one is kept until that can't be taken back.
    Raises `Unknown` to the second of two parallel requests, and if staff or the person ended the
    account or the phone meanwhile; nothing has changed then.
    """
    user, now = disputes.lock_for_update(authenticator.user), timezone.now()
    enrolment = authenticator.enrolment
    if enrolment is None or not user.enrolments.filter(pk=enrolment.pk, state=State.APPROVED):
        raise Unknown
    old = enrolment.authenticators.filter(confirmed=True).factors()
    gone = _replace(enrolment, _ground_of(authenticator))
    rows = Authenticator.objects.filter(pk=authenticator.pk, confirmed=False, last_step__lt=step)
    if not rows.update(confirmed=True, last_step=step):
        raise Unknown
    Enrolment.objects.filter(pk=enrolment.pk).update(state=State.ENROLLED, enrolled_at=now)
    unused_methods.begin(user)
    bindings.forget_subjects(user, gone)
    budget_of(authenticator).clear()
    name, phone = enrolment.organisation.name, authenticator.phone.name
    about: Details = {"organisation": name, "phone": phone, **_note(authenticator, name)}
    effect = Effect.PROTECTION_CHANGED if old else None
    stays, kind = _session_that_stays(authenticator, old), EventKind.WORK_ENROLLED
    events.record(user, kind, origin=origin, effect=effect, stays=stays, **about)


def _replace(enrolment: Enrolment, ground: Ground | None) -> frozenset[str]:
    """Put the old secret aside or erase it; return how proofs named what is erased.

    What already replaced another one that is kept goes at once: one is kept, the oldest.
    """
    rows = Authenticator.objects.filter(enrolment=enrolment, confirmed=True)
    kept = Authenticator.objects.replaced().filter(enrolment=enrolment)
    until = ground.undo_until if ground else None
    if until and not kept.filter(replaced_until__gt=timezone.now()).exists():
        kept.delete()
        # No code counts later that somebody may have noted from its screen by now.
        rows.use_up_to(step_now() + settings.AUTHENTICATOR_WINDOW + 1)
        rows.update(confirmed=False, replaced_until=until)
        return frozenset()
    gone = rows.factors()
    rows.delete()
    if until is None:
        kept.delete()
    return gone


def _ground_of(authenticator: Authenticator) -> Ground | None:
    row = WorkCode.objects.filter(authenticator=authenticator).first()
    return Ground.from_json(row.ground) if row and row.ground else None


def _note(authenticator: Authenticator, name: str) -> Details:
    """Write down on which proofs of a session this was added."""
    user, ground = authenticator.user, _ground_of(authenticator)
    try:
        noted = bindings.note(user, "work", authenticator.factor, ground=ground, name=name)
    except bindings.Frozen as error:
        raise Unknown from error
    return bindings.told(noted)


def _session_that_stays(authenticator: Authenticator, gone: frozenset[str]) -> str:
    """Return the session that made the code, if it was not proved with what is gone; else ""."""
    made = WorkCode.objects.filter(authenticator=authenticator).values_list("session", flat=True)
    session, user = made.first() or "", authenticator.user
    if not gone:
        return session
    proofs = [proof for row in _sessions(user, session) for proof in row.proofs]
    return "" if any(proof.factor in gone for proof in proofs) else session


def _sessions(user: User, public_id: str) -> list[Session]:
    return list(Session.objects.of(user).filter(public_id=public_id)) if public_id else []


def erase(enrolment: Enrolment) -> frozenset[str]:
    """Delete the secrets of an account that ended; return how proofs named those that counted."""
    confirmed = enrolment.authenticators.filter(confirmed=True).factors()
    enrolment.authenticators.all().delete()
    WorkCode.objects.live().filter(enrolment=enrolment).update(ended_at=timezone.now())
    return confirmed


def delete_expired() -> int:
    """Give up approvals and secrets that were not used in time; return how many rows went."""
    now = timezone.now()
    for enrolment in Enrolment.objects.lapsed().select_related("user"):
        _lapse(enrolment)
    over = Authenticator.objects.replaced().filter(replaced_until__lte=now)
    delete_in_batches(over.exclude(user__disputed_until__gt=now))
    waited = Authenticator.objects.begun().filter(enrolment__isnull=False)
    gone = delete_in_batches(waited.filter(created_at__lt=now - settings.WORK_CONFIRM_AGE))
    return gone + delete_in_batches(
        WorkCode.objects.filter(expires_at__lt=now - settings.WORK_CONFIRM_AGE)
    )


@transaction.atomic
def _lapse(enrolment: Enrolment) -> None:
    enrolment.user.lock_for_update()
    state = state_unanswered(enrolment)
    Enrolment.objects.lapsed().filter(pk=enrolment.pk).update(state=state)


def state_unanswered(enrolment: Enrolment) -> Enrolment.State:
    """Return what an account goes back to that gets no new code; call it with the person locked."""
    works = enrolment.authenticators.filter(confirmed=True, **ON_PHONE).exists()
    return State.ENROLLED if works else State.ACTION_REQUIRED
