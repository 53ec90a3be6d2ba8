"""What linking a phone asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.authentication.proofs import MAILBOX, Strength, is_enough, to_confirm
from accounts.guards.interrupted_forms import press_once_more
from accounts.holds import bindings
from accounts.request_user import authenticated_user

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def binding_proof_required(view: View[P]) -> View[P]:
    """Guard the binding of a factor.

    While two-step is off the password alone does not do: anyone who stole it could bind a factor,
    let the owner's go and switch two-step on. A code sent to a mailbox has to be typed as well.
    Members of staff bind their first one by the set-up link and by nothing else.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = authenticated_user(request)
        if user.is_staff and not user.has_two_step and not bindings.has_link_proof(request):
            return render(request, "accounts/staff_set_up.html", status=403)
        if not is_enough(request, Strength.RECOVERED):
            return to_confirm(request, Strength.RECOVERED.slug)
        if not user.has_two_step and not bindings.has_mailbox_proof(request):
            return to_confirm(request, MAILBOX)
        press_once_more(request)
        return view(request, *args, **kwargs)

    vars(guarded)["asks_proof"] = True
    return guarded
