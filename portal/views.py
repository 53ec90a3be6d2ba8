"""The start, the overview, and what load balancers ask."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import organisation_policy
from accounts.activity import clock
from accounts.activity.timeline import lines
from accounts.authentication import known_browsers
from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.models import User
from accounts.readiness import assessment, contact_standing, recommendations, unused_methods
from accounts.request_user import authenticated_user, session_id
from core.database import why_not_ready
from core.keys import key_check
from core.web import branding
from core.web.http import sessionless
from devices.factors.possessions import PasskeyHolder

LATEST_EVENTS = 5
YEAR = 365 * 24 * 3600  # seconds
PLAIN = "text/plain; charset=utf-8"


@trusted_browser_allowed
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the overview; who is not signed in is led to the sign-in page."""
    return redirect("overview")


@trusted_browser_allowed
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Say what protects the account, and what happens if the phone is lost today."""
    user = authenticated_user(request)
    prefetch_related_objects([user], "passkeys")
    state = assessment.of(user)
    events = user.events.order_by("-at", "-id")[:LATEST_EVENTS]
    context = {
        "place": "overview",
        "verdict": state.verdict,
        "groups": state.groups,
        "suggestions": recommendations.suggestions(state),
        "asked": unused_methods.question(request, state.ways) if user.has_two_step else None,
        "contacts": contact_standing.of(user),
        "works": user.organisation_accounts,
        "organisation_asks": _asked_for_two_step(user),
        "unusable_passkeys": [row for row in user.passkeys.all() if not row.is_usable],
        "events": lines(events, session_id(request)),
        "offers_passkey": known_browsers.offers_passkey(request)
        and not any(isinstance(option.possession, PasskeyHolder) for option in state.ways),
    }
    return render(request, "portal/overview.html", context)


def _asked_for_two_step(user: User) -> organisation_policy.Asked | None:
    """What an organisation asks, while two-step verification is still to be turned on for it."""
    is_missing = user.two_step_due is not None and not user.has_two_step
    return organisation_policy.asked_of(user) if is_missing else None


@sessionless
@require_safe
def brand_style(request: HttpRequest) -> HttpResponse:
    """Give the operator's colours; the address changes with them, so browsers may keep it."""
    return _kept(branding.style().encode(), "text/css; charset=utf-8")


@sessionless
@require_safe
def brand_logo(request: HttpRequest) -> HttpResponse:
    """Give the operator's logo."""
    found = branding.logo()
    if found is None:
        raise Http404
    return _kept(*found)


def _kept(content: bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok", content_type=PLAIN)


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers too, and opens, and the clock is right; 503 if not."""
    if reason := why_not_ready():
        return _not_ready(reason)
    try:
        key_check.judge()
        if late := clock.behind():
            return _not_ready(f"the clock is {late}")
    except DatabaseError:
        return _not_ready("no database")
    except key_check.WrongKeys:
        return _not_ready("SEALING_KEYS does not open the database")
    return HttpResponse("ok", content_type=PLAIN)


def _not_ready(reason: str) -> HttpResponse:
    headers = {"Retry-After": "5"}
    return HttpResponse(reason, status=503, headers=headers, content_type=PLAIN)
