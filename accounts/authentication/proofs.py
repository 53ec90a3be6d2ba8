"""What a session has proved: levels, step-up and the hold.

`session["proofs"]` is the one list of how and when the person behind a session proved themselves.
Levels follow NIST SP 800-63B-4 section 2 and the portal's policy: a code by mail or message, or a
saved recovery code, never adds up to what an authenticator proves.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import IntEnum
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone

from accounts.guards import interrupted_forms
from accounts.models import User
from accounts.request_user import authenticated_user

PROOFS_KEY = "proofs"
# What /confirm/ may be asked for besides a strength, in its address: a code to a mailbox, or
# whatever proves most. The second is older than passkeys, and keeps its name.
MAILBOX, STRONG_STEP = "mailbox", "authenticator"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class Strength(IntEnum):
    """How much was proved; comparable."""

    NOTHING = 0
    PASSWORD = 1
    RECOVERED = 2
    TWO_STEP = 3

    @property
    def slug(self) -> str:
        """Name in URLs."""
        return self.name.lower().replace("_", "-")


@dataclass(frozen=True)
class Proof:
    """One act of proving: the method, how strong it was, when (epoch seconds), which factor."""

    method: str
    strength: Strength
    at: float
    factor: str = ""

    @classmethod
    def now(cls, method: str, strength: Strength, factor: str = "") -> "Proof":
        """Make the proof of this moment."""
        return cls(method, strength, timezone.now().timestamp(), factor)

    def is_within(self, age: timedelta) -> bool:
        """Tell whether it was given no longer ago than this."""
        return 0 <= timezone.now().timestamp() - self.at <= age.total_seconds()


def proofs_in(session: Any) -> list[Proof]:
    """Return the proofs kept in a session, oldest first."""
    rows = session.get(PROOFS_KEY, [])
    return [Proof(**{**row, "strength": Strength(row["strength"])}) for row in rows]


def store_proofs(session: Any, proofs: list[Proof]) -> None:
    """Write the proofs into a session; of each method and factor only the newest stays."""
    newest = {(proof.method, proof.factor): proof for proof in proofs}
    session[PROOFS_KEY] = [asdict(proof) for proof in newest.values()]


def add(request: HttpRequest, proof: Proof) -> None:
    """Add a proof to the running session and give the session a new id."""
    store_proofs(request.session, [*proofs_in(request.session), proof])
    request.session.cycle_key()


def _strongest(proofs: list[Proof]) -> Strength:
    return max((proof.strength for proof in proofs), default=Strength.NOTHING)


def level(request: HttpRequest) -> Strength:
    """Return what this session has proved in all."""
    if not request.user.is_authenticated:
        return Strength.NOTHING
    return _strongest(proofs_in(request.session))


def fresh_proofs(request: HttpRequest) -> list[Proof]:
    """Return the proofs that are recent enough for a sensitive act."""
    proofs = proofs_in(request.session) if request.user.is_authenticated else []
    return [proof for proof in proofs if proof.is_within(settings.STEP_UP_AGE)]


def fresh_level(request: HttpRequest) -> Strength:
    """Return what was proved within `STEP_UP_AGE`."""
    return _strongest(fresh_proofs(request))


def is_enough(request: HttpRequest, wanted: Strength) -> bool:
    """Tell whether the session may act now.

    Without two-step verification a fresh password is asked for; a code by mail is not one.
    """
    if authenticated_user(request).has_two_step:
        return fresh_level(request) >= wanted
    fresh = fresh_proofs(request)
    has_password = any(proof.method == "password" for proof in fresh)
    return has_password or _strongest(fresh) >= Strength.TWO_STEP


def may_go_on(request: HttpRequest, wanted: Strength) -> bool:
    """Tell whether what was begun with a fresh proof may be finished in this session."""
    return not authenticated_user(request).has_two_step or level(request) >= wanted


def to_confirm(request: HttpRequest, wanted: str, back: str = "") -> HttpResponseRedirect:
    """Lead to the step-up page and from there back to the form, with what was typed in it."""
    next_url = (
        resolve_url(back) if back else interrupted_forms.without_held(request.get_full_path())
    )
    query = {"next": next_url, "for": wanted}
    if held := interrupted_forms.hold(request):
        query[interrupted_forms.HELD] = held
    return HttpResponseRedirect(f"{resolve_url('accounts:confirm')}?{urlencode(query)}")


def step_up_required(wanted: Strength, *, back: str = "") -> Callable[[View[P]], View[P]]:
    """Guard a view: a proof of this strength, not older than `STEP_UP_AGE`, in this session.

    `back` names the page with the form, for views that only take a POST.
    """

    def decorator(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if is_enough(request, wanted):
                interrupted_forms.press_once_more(request)
                return view(request, *args, **kwargs)
            return to_confirm(request, wanted.slug, back)

        vars(guarded)["asks_proof"] = True
        return guarded

    return decorator


def is_session_worth_its_account(request: HttpRequest) -> bool:
    """Tell whether the session proved as much as signing in to this account takes today."""
    user = request.user
    if not isinstance(user, User) or not user.has_two_step:
        return True
    return level(request) >= Strength.RECOVERED
