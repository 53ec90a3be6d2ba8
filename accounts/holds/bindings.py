"""The ledger of what sessions add, and the one judge of what it proves.

Nothing serves as a proof beside what it came from: each thing remembers the proofs on which it was
added. Until it is older than the hold, or an independent proof confirmed it, it counts for no more
than those (policy, section 1). What is written here is written in the transaction of the act.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.activity.details import Details
from accounts.authentication.proofs import Proof, Strength, proofs_in
from accounts.authentication.second_steps import hold_for, step_of
from accounts.models import Binding, User
from accounts.request_user import authenticated_user, session_id
from core.i18n import Text

LINK = "link"  # the method of the set-up link of staff, which goes by mail
CASE = (
    "recovery-case"  # that of an approved case: two officers vouched, the old mailbox may be lost
)


class Frozen(Exception):
    """The owner or staff stopped what is added without a strong proof."""


@dataclass(frozen=True)
class Ground:
    """What a session had proved when it added something.

    `strength` leaves out what the session itself, or another one on the same proofs, had added.
    """

    session: str
    strength: Strength
    proofs: tuple[str, ...]
    held_until: datetime | None
    undo_until: datetime | None

    @property
    def trusted_from(self) -> datetime:
        """From when what is added counts fully."""
        return self.held_until or timezone.now()

    def as_json(self) -> dict[str, Any]:
        """Return it in a form that a row can keep until the act is finished elsewhere."""
        ends = (self.held_until, self.undo_until)
        held, undo = (end.isoformat() if end else "" for end in ends)
        kept = {"session": self.session, "strength": int(self.strength)}
        return {**kept, "proofs": list(self.proofs), "held_until": held, "undo_until": undo}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Ground":
        """Read what `as_json` wrote."""
        held, undo = (parse_datetime(kept[name]) for name in ("held_until", "undo_until"))
        strength = Strength(kept["strength"])
        return cls(kept["session"], strength, tuple(kept["proofs"]), held, undo)


class Handler:
    """What keeping and taking back one kind of thing means; `HANDLERS` has one for each kind."""

    adds: ClassVar[bool] = True  # whether proofs name what it is about
    question: ClassVar[Text] = ""  # what keeping or removing it means for something else

    def keep(self, user: User, binding: Binding) -> None:
        """Let it count from now on."""

    def hold(self, user: User, binding: Binding, until: datetime) -> bool:
        """Let it prove less until then; False for what is no strong step of a sign-in."""
        return False

    def undo(self, user: User, binding: Binding, *, except_session: str) -> None:
        """Take it back, if it is still there; the session `except_session` stays."""
        raise NotImplementedError


HANDLERS: dict[str, Handler] = {}


def ground_of(request: HttpRequest, *, is_contact: bool = False) -> Ground:
    """Return on what the running session adds something now."""
    proofs = proofs_in(request.session)
    return ground(
        authenticated_user(request), proofs, session=session_id(request), is_contact=is_contact
    )


def ground(
    user: User, proofs: Sequence[Proof], *, session: str, is_contact: bool = False
) -> Ground:
    """Judge the proofs of a session that adds something.

    A factor waits if two-step is on and no strong proof is fresh. A contact of an account without
    two-step always waits, unless a strong proof is: else the mailbox that a thief has just added
    would be asked for the next code.
    """
    now = timezone.now()
    fresh = [proof for proof in proofs if proof.is_within(settings.STEP_UP_AGE)]
    recent = list(user.bindings.revocable())
    strength = independent_strength(recent, fresh)
    proved = max((proof.strength for proof in fresh), default=Strength.NOTHING)
    waits = (user.has_two_step or is_contact) and proved < Strength.TWO_STEP
    if is_contact and not user.has_two_step:
        waits = strength < Strength.TWO_STEP
    held = hold_end(recent, proofs, now=now) if waits else None
    held = held if held and held > now else None
    undo = None
    if strength < Strength.TWO_STEP:
        age = settings.CHANGE_UNDO_AGE if is_contact else settings.RECOVERY_HOLD
        undo = max(now + age, held or now)
    names = dict.fromkeys(proof.factor or proof.method for proof in proofs)
    return Ground(session, strength, tuple(names), held, undo)


def independent_strength(recent: Iterable[Binding], proofs: Iterable[Proof]) -> Strength:
    """Return the strongest of these proofs that none of these bindings has brought about."""
    added = {row.subject for row in recent}
    counted = [
        Strength.TWO_STEP if proof.method == LINK else proof.strength
        for proof in proofs
        if proof.factor not in added
    ]
    return max(counted, default=Strength.NOTHING)


def hold_end(recent: Iterable[Binding], proofs: Sequence[Proof], *, now: datetime) -> datetime:
    """Return when a hold that begins now ends: never before that of what it was added with."""
    fresh = [proof for proof in proofs if proof.is_within(settings.STEP_UP_AGE)]
    names = {proof.factor for proof in proofs}
    with_held = [row.held_until for row in recent if row.is_held and row.subject in names]
    span: timedelta = settings.RECOVERY_HOLD if with_held else hold_for(fresh)
    return max([now + span, *(until for until in with_held if until)])


def note(
    user: User,
    kind: str,
    subject: str,
    *,
    ground: Ground | None,
    name: str = "",
    waits: bool = False,
    restores: dict[str, Any] | None = None,
) -> Binding | None:
    """Write down what a session adds or changes; without a ground (staff, a command) nothing is.

    With `waits` the next strong sign-in asks for it even when the hold has run out. Call it in the
    transaction of the act, after `lock_for_update()`. Raises `Frozen`.
    """
    if ground is None:
        return None
    check_not_frozen(user, ground)
    if ground.held_until:
        user.begin_hold(ground.held_until)
    return Binding.objects.create(
        user=user,
        kind=kind,
        subject=subject,
        name=name,
        session=ground.session,
        strength=ground.strength,
        proofs=list(ground.proofs),
        restores=restores or {},
        held_until=ground.held_until,
        undo_until=ground.undo_until,
        waits=waits and ground.held_until is not None,
    )


def told(binding: Binding | None) -> Details:
    """Return what the event of an act keeps of it, so that its notice can take it back."""
    if binding is None or binding.undo_until is None:
        return {}
    return {"binding": str(binding.public_id)}


def check_not_frozen(user: User, ground: Ground) -> None:
    """Raise `Frozen` if only a strong proof may add something now, and there is none."""
    if ground.strength >= Strength.TWO_STEP:
        return
    if User.objects.filter(pk=user.pk, frozen_at__isnull=False).exists():
        raise Frozen


def held_subjects(user: User) -> frozenset[str]:
    """Name what does not count yet; asks nothing for people of whom nothing is held."""
    if user.held_until is None:
        return frozenset()
    return frozenset(user.bindings.held().values_list("subject", flat=True))


def hangs_on_password(user: User, subject: str, *, session: str) -> bool:
    """Tell whether another session than this one added it on the password alone, and lately."""
    rows = user.bindings.revocable().filter(subject=subject, strength__lt=Strength.RECOVERED)
    return rows.exclude(session=session or "-").exists()


def has_mailbox_proof(request: HttpRequest) -> bool:
    """Tell whether a code to a mailbox that counts was typed in the last `MAILBOX_PROOF_AGE`.

    A mailbox that was added without a strong proof does not, as long as it is held.
    """
    fresh = [
        proof
        for proof in proofs_in(request.session)
        if _reads_mailbox(proof) and proof.is_within(settings.MAILBOX_PROOF_AGE)
    ]
    return bool(fresh) and any(
        proof.factor not in held_subjects(authenticated_user(request)) for proof in fresh
    )


def _reads_mailbox(proof: Proof) -> bool:
    step = step_of(proof)
    return proof.method in (LINK, CASE) or bool(step and step.reads_mailbox)


def has_link_proof(request: HttpRequest) -> bool:
    """Tell whether this session used the set-up link of staff."""
    return any(proof.method == LINK for proof in proofs_in(request.session))


def is_strong(user: User, proofs: Iterable[Proof]) -> bool:
    """Tell whether one of these is a strong proof that no open binding has brought about."""
    return independent_strength(user.bindings.revocable(), proofs) >= Strength.TWO_STEP


def forget_mark_if_answered(user: User) -> None:
    """Spare the next sign-ins the search, if nothing is left to ask."""
    if not user.bindings.asked().exists():
        User.objects.filter(pk=user.pk, held_until=user.held_until).update(held_until=None)


def forget_subjects(user: User, subjects: Collection[str]) -> None:
    """Note that these are gone by another way; nothing is asked or said about them any more."""
    rows = user.bindings.open().filter(subject__in=subjects)
    if rows.update(cancelled_at=timezone.now()):
        forget_mark_if_answered(user)


def kept_until(request: HttpRequest) -> datetime | None:
    """Return until when what this session takes away is kept, sealed; None if it goes at once.

    Undoing is never harder than doing: only a fresh strong proof that no open binding has brought
    about erases at once. Without two-step there is no weaker session than another.
    """
    user, proofs, now = authenticated_user(request), proofs_in(request.session), timezone.now()
    if not user.has_two_step:
        return None
    recent = list(user.bindings.revocable())
    fresh = [proof for proof in proofs if proof.is_within(settings.STEP_UP_AGE)]
    if independent_strength(recent, fresh) >= Strength.TWO_STEP:
        return None
    until = hold_end(recent, proofs, now=now)
    return until if until > now else None
