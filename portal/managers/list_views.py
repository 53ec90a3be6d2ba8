"""The page of managers on which they invite many people by a list.

`portal.managers.guard` guards the view.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from accounts.forms.organisation_invitation import TOO_MANY, InvitationListForm
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.links import organisation_invitations
from accounts.links.organisation_invitations import Refused
from accounts.models import Organisation
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext_lazy, ngettext
from core.limits.counters import LimitReached
from portal.managers.guard import FORM, manager_page


@require_http_methods(FORM)
@manager_page
@confirms(gettext_lazy("invite the people on your list"), "text")
def invite_many(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """Judge every line, ask once more with the number of people, and then invite them all."""
    form = InvitationListForm(initial=held_values(request))
    asks = False
    if request.method == "POST":
        form = InvitationListForm(request.POST, request.FILES)
        if form.is_valid() and _judge(organisation, form):
            if form.is_confirmed and _invite(request, organisation, form):
                return redirect("organisation:invitations", public_id=organisation.public_id)
            asks = form.is_valid()
    if asks:
        form.ask()
    context = {"organisation": organisation, "place": "invitations", "asks": asks}
    return show_form(request, "managers/invite_many.html", form, **context)


def _judge(organisation: Organisation, form: InvitationListForm) -> bool:
    """Refuse the lines that the organisation knows already."""
    addresses = [each.address for each in form.people.values()]
    form.refuse_all(organisation_invitations.obstacles(organisation, addresses))
    return form.is_valid()


def _invite(request: HttpRequest, organisation: Organisation, form: InvitationListForm) -> bool:
    people = list(form.people.values())
    try:
        organisation_invitations.invite(
            actor=authenticated_user(request),
            organisation=organisation,
            people=people,
            language=get_language() or "",
        )
    except Refused as refused:
        form.refuse_all(refused.obstacles)
        return False
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit, TOO_MANY))
        return False
    said = ngettext(
        "We’re sending %(count)d invitation.",
        "We’re sending %(count)d invitations.",
        len(people),
    )
    messages.success(request, said % {"count": len(people)})
    return True
