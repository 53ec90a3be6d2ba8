"""How often one person does what causes mail and could go on for ever: link, unlink, link.

Counted is the half of such a pair that adds, or that weakens what protects the account: who fills
the count in a session of the owner's keeps them from removing, ending and switching on nothing.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from accounts.request_user import authenticated_user
from core.limits import rates

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def counted(view: View[P]) -> View[P]:
    """Count each post to this view; the person waits (429) after `ACTS_A_PERSON_AN_HOUR`."""

    @wraps(view)
    def judged(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST":
            rates.ACTS.take(str(authenticated_user(request).pk))
        return view(request, *args, **kwargs)

    return judged
