"""The guard of every page of managers: this organisation is theirs, and they proved who they are.

For everybody else, staff included, an organisation does not exist here.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from accounts import managers
from accounts.authentication.proofs import Strength, fresh_level, to_confirm
from accounts.guards.interrupted_forms import GuardedAct, press_once_more
from accounts.models import Organisation
from accounts.request_user import authenticated_user
from core.i18n import gettext_lazy as _

P = ParamSpec("P")
PAGES = GuardedAct(_("open the pages of your organisation"))
FORM = ["GET", "HEAD", "POST"]


def to_proof(request: HttpRequest, back: str = "") -> HttpResponse | None:
    """Lead a manager to what is missing, two-step verification or a fresh proof; None if nothing.

    `back` is the page with the form, for what only takes a POST.
    """
    if not authenticated_user(request).has_two_step:
        messages.warning(request, _("Turn on two-step verification to see your organisation."))
        return redirect("accounts:two_step")
    if fresh_level(request) < Strength.TWO_STEP:
        return to_confirm(request, Strength.TWO_STEP.slug, back)
    press_once_more(request)
    return None


def manager_page(
    view: Callable[Concatenate[HttpRequest, Organisation, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, UUID, P], HttpResponse]:
    """Guard a view of one organisation, which it is given; 404 unless the person manages it.

    That is asked at each request, and once more by each act (`accounts.managers.check`).
    """

    @wraps(view)
    def guarded(
        request: HttpRequest, /, public_id: UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        back = ""
        if getattr(view, "form_page", ""):
            back = reverse("organisation:invitations", args=[public_id])
        try:
            found = managers.organisation_of(authenticated_user(request), public_id)
            return to_proof(request, back) or view(request, found, *args, **kwargs)
        except managers.NotManager as error:
            raise Http404 from error

    vars(guarded).setdefault("guarded_act", PAGES)
    return cast(Callable[Concatenate[HttpRequest, UUID, P], HttpResponse], never_cache(guarded))
