"""Accepting an invitation of an organisation with the account one has."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import organisation_policy
from accounts.activity.origin import origin_of
from accounts.authentication.proofs import Strength, step_up_required
from accounts.guards.interrupted_forms import confirms
from accounts.links import invitations
from accounts.request_user import authenticated_user
from accounts.views.signing_in.invitation import INVITATION_KEY, invited
from core.i18n import gettext as _
from core.i18n import gettext_lazy


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("join an organisation"))
@step_up_required(Strength.TWO_STEP)
def join(request: HttpRequest) -> HttpResponse:
    """Say what the organisation will see, and let the person join it."""
    user, found = authenticated_user(request), invited(request)
    if found is None or found.organisation is None or not invitations.is_for(user, found):
        return render(request, "accounts/invitation_refused.html", status=404)
    name = found.organisation.name
    if request.method != "POST":
        rules = organisation_policy.rules_of(found.organisation)
        context = {
            "organisation": found.organisation,
            "rules": organisation_policy.in_words(rules),
        }
        return render(request, "accounts/join_organisation.html", context)
    if not invitations.accept_as(user=user, invitation=found, origin=origin_of(request)):
        return render(request, "accounts/invitation_refused.html", status=404)
    request.session.pop(INVITATION_KEY)
    messages.success(request, _("You’re now a member of %(name)s.") % {"name": name})
    return redirect("overview")
