"""Asking, once, whether a step still works that was never used since it was set up.

The question is drawn at a strong sign-in and stands on the overview of that one session. Nothing is
asked of e-mail, which gets the notices, or of recovery codes, which are best never used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils import timezone

from accounts.authentication.methods import AuthMethod, Question, SignInOption
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import second_steps, step_named
from accounts.models import User
from core.i18n import gettext as _

ASKED_KEY = "asked_step"


@dataclass(frozen=True)
class Asked:
    """The question as the overview shows it, and where the step can be tried."""

    way: SignInOption
    words: Question
    try_url: str


def begin(user: User) -> None:
    """Note that something was set up, which may have to be asked for after `UNUSED_STEP_AGE`."""
    rows = User.objects.filter(pk=user.pk, asks_from__isnull=True)
    rows.update(asks_from=timezone.now() + settings.UNUSED_STEP_AGE)


def open_question(request: HttpRequest, user: User, proofs: Sequence[Proof]) -> None:
    """Choose what to ask in the session that a strong sign-in begins: the oldest unused step.

    Costs no query unless something may be due. What was asked is not asked again, answered or not;
    of two steps the second is asked for at the next sign-in.
    """
    if not user.may_be_asked or not user.has_two_step:
        return
    if max(proof.strength for proof in proofs) < Strength.TWO_STEP:
        return
    now, waiting = timezone.now(), _never_used(user)
    due = [(step, option) for step, option in waiting if _due(option) <= now][:1]
    rest = [_due(option) for _step, option in waiting[len(due) :]]
    rows = User.objects.filter(pk=user.pk, asks_from=user.asks_from)
    rows.update(asks_from=min(rest, default=None))
    for step, option in due:
        if step.note_asked(user, option.target):
            request.session[ASKED_KEY] = [option.slug, option.target]


def _never_used(user: User) -> list[tuple[AuthMethod, SignInOption]]:
    """Return what was set up, not used since and not asked for, oldest first."""
    found = [(step, option) for step in second_steps() if step.asks for option in step.ways(user)]
    waiting = [pair for pair in found if not pair[1].was_used and pair[1].asked_at is None]
    return sorted(waiting, key=lambda pair: _due(pair[1]))


def _due(option: SignInOption) -> datetime:
    age: timedelta = settings.UNUSED_STEP_AGE
    return (option.linked_at or timezone.now()) + age


def question(request: HttpRequest, ways: Sequence[SignInOption]) -> Asked | None:
    """Return what this session asks, judged by the ways as they are now.

    Once the way was used the question is answered, which is said; once it is gone nothing is asked.
    """
    wanted = request.session.get(ASKED_KEY)
    option = next((option for option in ways if [option.slug, option.target] == wanted), None)
    step = step_named(option.slug) if option else None
    if option is None or step is None:
        return None
    if option.was_used:
        close(request)
        messages.success(request, _("Good. %(name)s works.") % {"name": option.possession.name})
        return None
    query = urlencode({"next": resolve_url("overview"), "for": option.strength.slug})
    url = resolve_url("accounts:confirm_step", option.slug)
    return Asked(option, step.question(option), f"{url}?{query}")


def close(request: HttpRequest) -> None:
    """Ask no more in this session."""
    request.session.pop(ASKED_KEY, None)
