"""The fire drill: what would be lost, and the way back in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.readiness import assessment, fire_drill, recommendations
from accounts.request_user import authenticated_user


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the way back in after losing what the address names; nothing is changed or sent."""
    user = authenticated_user(request)
    state = assessment.of(user)
    lost = fire_drill.chosen(state, request.GET.getlist("lost"))
    loss = state.loss(lost)
    context = {
        "things": fire_drill.things(state, lost),
        "loss": loss if lost else None,
        "way_back": None if loss.is_lockout else fire_drill.way_back(loss),
        "against": recommendations.against(state) if loss.is_lockout else [],
        "case": fire_drill.case_of(user) if loss.is_lockout else None,
    }
    return render(request, "accounts/fire_drill.html", context)
