"""What linking a phone asks for."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from accounts.guards import missing_proof
from accounts.proofs import Strength

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def needs_to_bind(view: View[P]) -> View[P]:
    """Guard the binding of a factor.

    While two-step is off the password alone does not do: whoever stole it could bind a factor, let
    the owner's go and switch two-step on. A code sent to a mailbox has to be typed as well.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = missing_proof(request, Strength.RECOVERED)
        return answer or view(request, *args, **kwargs)

    return guarded
