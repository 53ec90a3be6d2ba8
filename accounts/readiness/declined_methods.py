"""Steps that a person never wants used: nothing is sent by them and no code of theirs is taken.

"Never" is strict: a decline is not lifted by itself when the last fall-back is used up, or anyone
who holds the mailbox and uses up the codes would open the very door that was closed. So it is taken
only while a fall-back remains, what people do later may not remove the last one, and when the last
saved code is used up they are told at once: the session it opened may make new ones.

A fall-back remains if a way in is left whichever one device is lost: recovery codes that were typed
back, a sending step that is not declined (a number counts only if it does not live in the one
phone), or a second device (a passkey only if it cannot be on the lost phone). Declining and
accepting both take a fresh strong proof: the one removes a way in, the other opens one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.factors.sent_code_methods import SentCodeMethod
from accounts.authentication.methods import AuthMethod, SignInOption
from accounts.authentication.second_steps import options_for, second_steps
from accounts.holds import disputes
from accounts.holds.switched_off import PURPOSES
from accounts.models import EventKind, User
from accounts.readiness.assessment import Readiness
from core.i18n import gettext_lazy as _

FIRST = _("If you lost your device, you’d have no other way to sign in. Save recovery codes first.")
KEEPS = _(
    "Nothing was removed. You turned off another sign-in method, so you’d "
    "need this one if you lost your other device. Save recovery codes first, "
    "or turn that method on again."
)


class LastFallBack(Exception):
    """Nothing would be left but one device, while a sending step is declined."""


@dataclass(frozen=True)
class Choice:
    """One sending step, whether it is declined, and whether it can be."""

    step: SentCodeMethod
    is_declined: bool
    can_decline: bool


def declinable() -> list[SentCodeMethod]:
    """Return the sending steps of this site."""
    steps = [step for step in second_steps() if isinstance(step, SentCodeMethod)]
    return [step for step in steps if step.may_be_declined()]


def choices(user: User, ways: Sequence[SignInOption]) -> list[Choice]:
    """Say of each sending step what the person has chosen, from the ways that were read.

    Of what an organisation bars there is nothing to choose.
    """
    return [
        Choice(
            step,
            is_declined=user.has_declined(step.slug),
            can_decline=remains(user, [option for option in ways if option.slug != step.slug]),
        )
        for step in declinable()
        if not user.bars(step.slug)
    ]


def remains(user: User, ways: Sequence[SignInOption]) -> bool:
    """Tell whether a way is left whichever one device of these ways is lost."""
    state = Readiness(user, [option for option in ways if option.is_proven])
    devices = {option.possession.key for option in state.holders} or {""}
    losses = [state.loss([key]) for key in devices]
    return all(len(loss.remains) > len(loss.doubtful) for loss in losses)


def is_cornered(user: User) -> bool:
    """Tell whether nothing is left but one device, because a step is declined."""
    return bool(user.has_two_step and user.declined_steps) and not remains(user, options_for(user))


def decline(*, user: User, step: SentCodeMethod, origin: Origin) -> bool:
    """Never use this step again for the person; raises `LastFallBack`.

    False if it was declined already, or two-step verification is off. Codes on their way end: a
    sign-in that is using one is then refused, or found among the sessions to end.
    """
    with transaction.atomic():
        now = disputes.lock_for_update(user)
        if not now.has_two_step or now.has_declined(step.slug):
            return False
        codes = now.sent_codes.live().filter(channel=step.channel, purpose__in=PURPOSES)
        codes.update(replaced_at=timezone.now())
        _write(now, [*now.declined_steps, step.slug])
        if not remains(now, options_for(now)):
            raise LastFallBack
        _tell(now, EventKind.STEP_DECLINED, step, origin=origin)
    return True


def accept(*, user: User, step: SentCodeMethod, origin: Origin) -> bool:
    """Let this step be used again; False if it was not declined, or an organisation bars it."""
    with transaction.atomic():
        now = disputes.lock_for_update(user)
        if not now.has_declined(step.slug) or now.bars(step.slug):
            return False
        _write(now, [slug for slug in now.declined_steps if slug != step.slug])
        _tell(now, EventKind.STEP_ACCEPTED, step, origin=origin)
    return True


def _write(user: User, slugs: list[str]) -> None:
    user.declined_steps = sorted(slugs)
    User.objects.filter(pk=user.pk).update(declined_steps=user.declined_steps)


def _tell(user: User, kind: EventKind, step: AuthMethod, *, origin: Origin) -> None:
    events.record(user, kind, origin=origin, method=step.slug)


def check(user: User) -> None:
    """Raise `LastFallBack` if what the running transaction removed was the last fall-back.

    The person's turn has to be taken before, so that parallel removals see each other. Only who
    declined a step is kept from removing: the others are warned, and have their mailbox.
    """
    if is_cornered(user):
        raise LastFallBack
