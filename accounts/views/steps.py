"""Declining the steps that send codes, and accepting them again."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import declining
from accounts.people import person, session_id
from accounts.proofs import Strength, needs
from accounts.steps import SentCodeStep
from portal.http import client_of
from portal.words import gettext as _

Act = Callable[..., bool]


def _step(slug: str) -> SentCodeStep:
    found = next((step for step in declining.declinable() if step.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _done(request: HttpRequest, act: Act, slug: str) -> bool:
    """Do it in a session that goes on under a new id; one that ended meanwhile changes nothing."""
    step, user, session = _step(slug), person(request), session_id(request)
    with transaction.atomic():
        changed = act(user=user, step=step, client=client_of(request), session=session)
        if changed:
            request.session.cycle_key()
    return changed


@require_POST
@needs(Strength.TWO_STEP, back="accounts:two_step")
def decline_step(request: HttpRequest, slug: str) -> HttpResponse:
    """Never send codes this way again."""
    try:
        if _done(request, declining.decline, slug):
            messages.success(request, str(_step(slug).declined_label))
    except declining.LastFallBack:
        messages.warning(request, declining.FIRST)
    return redirect("accounts:two_step")


@require_POST
@needs(Strength.TWO_STEP, back="accounts:two_step")
def accept_step(request: HttpRequest, slug: str) -> HttpResponse:
    """Let codes be sent this way again."""
    if _done(request, declining.accept, slug):
        messages.success(request, _("This way is offered again when you sign in."))
    return redirect("accounts:two_step")
