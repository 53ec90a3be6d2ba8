"""Declining the steps that send codes, and accepting them again."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.activity.origin import origin_of
from accounts.authentication.factors.sent_code_methods import SentCodeMethod
from accounts.authentication.proofs import Strength, step_up_required
from accounts.guards.act_limits import counted
from accounts.guards.interrupted_forms import Text, confirms
from accounts.readiness import declined_methods
from accounts.request_user import authenticated_user
from core.i18n import gettext as _
from core.web.http import require_post

Change = Callable[..., bool]


def _find(slug: str) -> SentCodeMethod | None:
    return next((step for step in declined_methods.declinable() if step.slug == slug), None)


def _declines(slug: str) -> Text:
    return step.decline_act if (step := _find(slug)) else ""


def _accepts(slug: str) -> Text:
    return step.accept_act if (step := _find(slug)) else ""


def _step(slug: str) -> SentCodeMethod:
    found = _find(slug)
    if found is None:
        raise Http404
    return found


def _done(request: HttpRequest, change: Change, slug: str) -> bool:
    """Do it in a session that goes on under a new id; one that ended meanwhile changes nothing."""
    step, user = _step(slug), authenticated_user(request)
    with transaction.atomic():
        changed = change(user=user, step=step, origin=origin_of(request))
        if changed:
            request.session.cycle_key()
    return changed


@require_post("accounts:two_step")
@step_up_required(Strength.TWO_STEP, back="accounts:two_step")
@confirms(_declines)
def decline_step(request: HttpRequest, slug: str) -> HttpResponse:
    """Never send codes this way again."""
    try:
        if _done(request, declined_methods.decline, slug):
            messages.success(request, str(_step(slug).declined_label))
    except declined_methods.LastFallBack:
        messages.warning(request, declined_methods.FIRST)
    return redirect("accounts:two_step")


@require_post("accounts:two_step")
@step_up_required(Strength.TWO_STEP, back="accounts:two_step")
@confirms(_accepts)
@counted
def accept_step(request: HttpRequest, slug: str) -> HttpResponse:
    """Let codes be sent this way again."""
    if _done(request, declined_methods.accept, slug):
        messages.success(request, _("You can use this method again when you sign in."))
    return redirect("accounts:two_step")
