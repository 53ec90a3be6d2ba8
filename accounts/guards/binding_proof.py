"""What an act asks of a session besides a fresh password, where two-step is off."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.authentication.proofs import MAILBOX, Strength, fresh_level, is_enough, to_confirm
from accounts.guards.interrupted_forms import press_once_more
from accounts.holds import bindings
from accounts.request_user import authenticated_user

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def is_proved_twice(request: HttpRequest) -> bool:
    """Tell whether something besides the password was proved: without two-step, a mailbox will do.

    It has to be one that was confirmed before: see `accounts.holds.bindings.has_mailbox_proof`.
    """
    if authenticated_user(request).has_two_step or fresh_level(request) >= Strength.TWO_STEP:
        return True
    return bindings.has_mailbox_proof(request)


def missing_proof(
    request: HttpRequest, wanted: Strength, back: str = ""
) -> HttpResponseRedirect | None:
    """Lead to the proof that is missing; None if there is enough. A strong proof is always."""
    if not is_enough(request, wanted):
        return to_confirm(request, wanted.slug, back)
    return None if is_proved_twice(request) else to_confirm(request, MAILBOX, back)


def two_proofs_required(wanted: Strength, *, back: str = "") -> Callable[[View[P]], View[P]]:
    """Guard a view as `proofs.needs` does, and a stolen password alone does not do.

    Anyone who stole one could add an address of their own, take its code for that of the owner, and
    so make the account theirs.
    """

    def decorator(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if answer := missing_proof(request, wanted, back):
                return answer
            press_once_more(request)
            return view(request, *args, **kwargs)

        vars(guarded)["asks_proof"] = True
        return guarded

    return decorator
