"""Browsers that a person trusts: what signing in asks of anyone who keeps them.

Trust spares the second step at a sign-in and proves nothing itself: the session stays at the level
of its password. It opens only the pages that are marked here; everything else asks for a step.
"""

from collections.abc import Callable
from functools import cache
from typing import ParamSpec, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from accounts.authentication.methods import VerifiedCode
from accounts.authentication.proofs import Proof
from accounts.models import User
from core.web.cookies import Cookie

METHOD = "trusted-browser"
P = ParamSpec("P")


class Found(VerifiedCode, Protocol):
    """The word of a trusted browser."""

    def renew(self, request: HttpRequest) -> Cookie:
        """Return what the browser shows the next time, once this was used."""
        ...


class Keeper(Protocol):
    """What the setting `TRUSTED_BROWSERS` names."""

    def days_for(self, user: User) -> int:
        """Return for how many days this person may trust a browser; 0 is never."""
        ...

    def find(self, request: HttpRequest, user: User) -> "Found | None":
        """Return what stands for the second step of this person in this browser, not used yet."""
        ...

    def begin(self, request: HttpRequest, proof: Proof) -> Cookie | None:
        """Trust the browser in which this proof has just signed somebody in.

        Return the cookie to give it; None if it may not be trusted.
        """
        ...

    def covers(self, request: HttpRequest) -> bool:
        """Tell whether the session was opened by trust that still counts.

        Asks no query, but for the first page after the sign-in.
        """
        ...


@cache
def keeper() -> Keeper:
    """Return the keeper of trusted browsers."""
    found: Keeper = import_string(settings.TRUSTED_BROWSERS)()
    return found


def trusted_browser_allowed(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a page that may be seen on the word of a trusted browser."""
    view.trusted_browser_allowed = True  # type: ignore[attr-defined] # as `login_not_required` marks views
    return view


def is_open(view: Callable[..., object]) -> bool:
    """Tell whether a session opened by trust alone may ask for this page."""
    return getattr(view, "trusted_browser_allowed", False) or not getattr(
        view, "login_required", True
    )
