"""What linking a phone asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from accounts.people import person
from accounts.proofs import Strength, has_mailbox_proof, is_enough, to_confirm

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs_to_bind(view: View[P]) -> View[P]:
    """Guard the binding of a factor.

    While two-step is off the password alone does not do: whoever stole it could bind a factor, let
    the owner's go and switch two-step on. A code sent to a mailbox has to be typed as well.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_enough(request, Strength.RECOVERED):
            return to_confirm(request, Strength.RECOVERED.slug)
        if not person(request).has_two_step and not has_mailbox_proof(request):
            return to_confirm(request, "mailbox")
        return view(request, *args, **kwargs)

    return guarded
