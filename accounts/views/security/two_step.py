"""The switch of two-step verification, and what it demands."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url

from accounts import organisation_policy
from accounts.activity.origin import origin_of
from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.authentication.factors import recovery_codes
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import (
    STRONG_STEP,
    Strength,
    level,
    step_up_required,
    to_confirm,
)
from accounts.authentication.second_steps import options_for
from accounts.authentication.session_guard import atomic_with_session
from accounts.authentication.two_step import (
    NotReady,
    OrganisationNeedsIt,
    missing,
    turn_off,
    turn_on,
)
from accounts.guards.act_limits import counted
from accounts.guards.interrupted_forms import confirms
from accounts.holds import bindings
from accounts.models import User
from accounts.readiness import declined_methods
from accounts.request_user import authenticated_user, session_id
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.http import require_post


@trusted_browser_allowed
def two_step(request: HttpRequest) -> HttpResponse:
    """Show the switch and the steps there are."""
    user = authenticated_user(request)
    ways = options_for(user)
    codes = recovery_codes.summary(user)
    demands = missing(user, ways, session=session_id(request))
    context = {
        "on": user.has_two_step,
        "since": user.two_step_since,
        "authenticators": [_authenticator(option) for option in ways if _is_strong(option)],
        "ways": [option for option in ways if not _is_strong(option)],
        "choices": declined_methods.choices(user, ways) if user.has_two_step else [],
        "codes_left": codes.left,
        "codes_confirmed": codes.confirmed,
        "missing": [(need.text, resolve_url(need.url_name), need.is_met) for need in demands],
        "asked": organisation_policy.asked_of(user),
        "next_url": next((resolve_url(need.url_name) for need in demands if not need.is_met), ""),
    }
    return render(request, "accounts/two_step.html", context)


def _is_strong(option: SignInOption) -> bool:
    return option.method.strong


def _authenticator(option: SignInOption) -> dict[str, object]:
    return {
        "name": option.possession.name,
        "icon": option.icon,
        "linked_at": option.linked_at,
        "last_used": option.last_used_at,
        "counts_from": option.counts_from,
    }


@require_post("accounts:two_step")
@confirms(gettext_lazy("turn on two-step verification"))
def two_step_on(request: HttpRequest) -> HttpResponse:
    """Switch on, if a strong step was proved in this very session."""
    if level(request) < Strength.TWO_STEP:
        return to_confirm(request, STRONG_STEP, "accounts:two_step")
    return switch_on(request)


def switch_on(request: HttpRequest) -> HttpResponse:
    """Switch on, tell the person, and end every other session."""
    user, ground = authenticated_user(request), bindings.ground_of(request)
    if user.is_staff and not bindings.has_link_proof(request):
        return render(request, "accounts/staff_set_up.html", status=403)
    try:
        with atomic_with_session(request):
            turn_on(user, origin=origin_of(request), ground=ground)
            request.session.cycle_key()
    except NotReady:
        messages.warning(request, _("Something is still missing. See the list below."))
        return redirect("accounts:two_step")
    messages.success(request, _("Two-step verification is on. Other browsers are signed out."))
    return redirect("overview")


@step_up_required(Strength.TWO_STEP)
@confirms(gettext_lazy("turn off two-step verification"))
@counted
def two_step_off(request: HttpRequest) -> HttpResponse:
    """Say what switching off means, then do it."""
    user = authenticated_user(request)
    if not user.has_two_step:
        return redirect("accounts:two_step")
    if user.is_staff:
        return render(request, "accounts/staff_keep_it.html", status=403)
    if user.must_keep_two_step:
        return _organisation_keeps_it(request, user)
    if request.method == "POST":
        try:
            with atomic_with_session(request):
                turn_off(user, origin=origin_of(request))
                request.session.cycle_key()
        except OrganisationNeedsIt:  # from today, or by a change a moment ago
            return _organisation_keeps_it(request, user)
        messages.warning(request, _("Two-step verification is off."))
        return redirect("accounts:two_step")
    return render(request, "accounts/two_step_off.html")


def _organisation_keeps_it(request: HttpRequest, user: User) -> HttpResponse:
    user.refresh_from_db(fields=["two_step_due", "barred_steps", "session_hours"])
    asked = organisation_policy.asked_of(user)
    return render(request, "accounts/organisation_keeps_it.html", {"asked": asked}, status=403)
