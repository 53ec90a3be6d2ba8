"""What two-step verification demands before it goes on, and the switch itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise

from accounts.activity import events
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin
from accounts.authentication.factors import recovery_codes
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import Strength
from accounts.authentication.second_steps import options_for
from accounts.holds import bindings, disputes
from accounts.holds.bindings import HANDLERS, Ground
from accounts.holds.cancelling import cancel_held
from accounts.holds.kinds import TWO_STEP
from accounts.holds.switched_off import end_what_counted
from accounts.models import Binding, EventKind, User
from core.i18n import gettext_lazy as _


class NotReady(Exception):
    """Something that two-step verification demands is missing."""


@dataclass(frozen=True)
class Need:
    """One demand: what it is, whether it is met, and the page where to meet it."""

    text: str | Promise
    url_name: str
    is_met: bool


def missing(
    user: User, ways: Sequence[SignInOption] | None = None, *, session: str = ""
) -> list[Need]:
    """List the demands: a confirmed address, a strong step, saved recovery codes.

    Codes that another session than `session` made on the password alone are none: beside the
    password they would prove nothing.
    """
    ways = options_for(user) if ways is None else ways
    has_strong = _has_strong(ways)
    has_address = user.email_addresses.verified().exists()
    held = recovery_codes.summary(user)
    has_codes = held.confirmed and held.left > 0
    if has_codes and held.newest and not user.has_two_step:
        factor = held.newest.factor
        has_codes = not bindings.hangs_on_password(user, factor, session=session)
    return [
        Need(_("Confirm an e-mail address"), "accounts:contact", has_address),
        Need(_("Set up a phone or add a passkey"), "devices:link_phone", has_strong),
        Need(_("Save recovery codes and type one back"), "accounts:recovery_codes", has_codes),
    ]


def is_ready(user: User, session: str = "") -> bool:
    """Tell whether two-step verification could be switched on now, in this session."""
    needs = missing(user, session=session)
    return not user.has_two_step and all(need.is_met for need in needs)


def turn_on(user: User, *, origin: Origin, ground: Ground | None = None) -> None:
    """Switch on, tell every address, end every other session; raises `NotReady`."""
    with transaction.atomic():
        disputes.lock_for_update(user)
        if not all(need.is_met for need in missing(user, session=origin.session)):
            raise NotReady
        if not user.turn_two_step_on():
            return
        User.objects.filter(pk=user.pk).update(reset_mailbox=None)
        since = user.two_step_since.isoformat() if user.two_step_since else ""
        held = _hold_what_others_added(user, origin.session)
        subject, restores = f"accounts.two-step:{user.pk}", {"since": since, "held": held}
        binding = bindings.note(user, TWO_STEP, subject, ground=ground, restores=restores)
        told = bindings.told(binding)
        events.record(user, EventKind.TWO_STEP_ON, origin=origin, **told)


def _hold_what_others_added(user: User, session: str) -> list[int]:
    """Let no step count fully yet that another session added without a strong proof.

    Without two-step it was of no use; beside the password it would be a second proof from now on
    that came from the same password. The next strong sign-in asks for it. Where nothing else is
    strong it is the step that the person means. Returns the keys of the bindings that are held by
    this: taking the switch back gives them free.
    """
    rows = user.bindings.revocable().filter(held_until=None).exclude(session=session or "-")
    before, point = user.held_until, transaction.savepoint()
    held = [row.pk for row in rows if _hold(user, row)]
    if _has_strong(options_for(user)):
        transaction.savepoint_commit(point)
        return held
    transaction.savepoint_rollback(point)
    user.held_until = before
    return []


def _hold(user: User, row: Binding) -> bool:
    until = row.undo_until
    if until is None or not HANDLERS[row.kind].hold(user, row, until):
        return False
    Binding.objects.filter(pk=row.pk).update(held_until=until)
    user.begin_hold(until)
    return True


def _has_strong(ways: Sequence[SignInOption]) -> bool:
    return any(option.strength >= Strength.TWO_STEP for option in ways)


class StaffNeedIt(Exception):
    """Members of staff keep two-step verification on, and begin it by the set-up link only."""


class OrganisationNeedsIt(Exception):
    """An organisation of the person requires two-step verification by now."""


def turn_off(user: User, *, origin: Origin) -> None:
    """Switch off, tell every address, end every other session.

    Raises `StaffNeedIt` and `OrganisationNeedsIt`.

    Recovery codes, permissions to open the backup and what is still on hold end with it: they
    would all work again once it is on.
    """
    with transaction.atomic():
        now = disputes.lock_for_update(user)
        if now.is_staff:
            raise StaffNeedIt
        if now.must_keep_two_step:
            raise OrganisationNeedsIt
        if not user.turn_two_step_off():
            return
        recovery_codes.end_all(user)
        end_what_counted(user)
        # What is held would wait for a question that nobody asks without two-step.
        cancel_held(user, origin=origin, effect=Effect.NOTHING)
        events.record(user, EventKind.TWO_STEP_OFF, origin=origin)
