"""What was typed before a step-up, so that it stands there again after it.

A guarded act that is posted without a fresh proof leads to the step-up page. Its fields travel with
the person, sealed, in the addresses of those pages; nothing is kept in the session, and only fields
that the view names go along: never a password, a code or a key. They open in the same session, for
the same person, for `HELD_FORM_AGE`, and do nothing by themselves: the person presses once more.
"""

import json
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ParamSpec

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import Promise

from accounts.request_user import authenticated_user, session_id
from core import base64url
from core.i18n import gettext as _
from core.keys.crypto import CannotUnseal, seal, unseal
from core.web.http import page_of

HELD = "held"
LONGEST = 2800  # characters of a sealed form in an address
P = ParamSpec("P")
Text = str | Promise


@dataclass(frozen=True)
class GuardedAct:
    """What a view does, to follow "Press once more to", and which of its fields may be held."""

    text: Text | Callable[..., Text]
    fields: tuple[str, ...] = ()


def confirms(
    text: Text | Callable[..., Text], *fields: str
) -> Callable[[Callable[P, HttpResponse]], Callable[P, HttpResponse]]:
    """Say what a guarded view does; a function as `text` is given the arguments of the URL."""

    def mark(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
        vars(view)["guarded_act"] = GuardedAct(text, fields)
        return view

    return mark


@dataclass(frozen=True)
class HeldForm:
    """A form that waits for a step-up; `path` with its query is where it goes."""

    path: str
    values: list[tuple[str, str]] = field(default_factory=list)

    @property
    def page(self) -> str:
        """Where its button stands, if the path only takes a POST; else ""."""
        page = page_of(self.path)
        return "" if page == self.path else page

    @property
    def text(self) -> str:
        """What it does, to follow "to"."""
        return text_at(self.path)


def act_at(path: str) -> GuardedAct | None:
    """Return what the view at this address says of itself."""
    try:
        found = resolve(path.partition("?")[0])
    except Resolver404:
        return None
    return getattr(found.func, "guarded_act", None)


def text_at(path: str) -> str:
    """Say what the view at this address does, to follow "to"; "" if it does not say."""
    found = act_at(path)
    if found is None:
        return ""
    if callable(found.text):
        return str(found.text(**resolve(path.partition("?")[0]).kwargs))
    return str(found.text)


def _context(request: HttpRequest) -> str:
    return f"held-form:{authenticated_user(request).pk}:{session_id(request)}"


def hold(request: HttpRequest) -> str:
    """Seal the form of this request; "" if there is none, or it is too long to travel.

    One that came along goes on: a second proof may be asked for after the first.
    """
    path = without_held(request.get_full_path())
    found = act_at(path)
    if request.method != "POST" and held_in(request):
        return request.GET[HELD]
    if request.method != "POST" or found is None:
        return ""
    values = [(name, each) for name in found.fields for each in request.POST.getlist(name)]
    plain = json.dumps([timezone.now().timestamp(), path, values], ensure_ascii=False)
    sealed = seal(plain.encode(errors="replace"), context=_context(request))
    token = base64url.encode(sealed)
    return token if len(token) <= LONGEST else ""


def held_in(request: HttpRequest) -> HeldForm | None:
    """Open the form that came along; None if it is not of this session, too old or changed."""
    token = request.GET.get(HELD, "")
    if not token:
        return None
    try:
        sealed = base64url.decode(token)
        at, path, values = json.loads(unseal(sealed, context=_context(request)))
    except (Base64Error, ValueError, CannotUnseal):
        return None
    age = timezone.now().timestamp() - at
    if not 0 <= age <= settings.HELD_FORM_AGE.total_seconds():
        return None
    return HeldForm(path, [(name, value) for name, value in values])


def with_held(path: str, token: str) -> str:
    """Return the address of a page, with a held form along."""
    if not token:
        return path
    base, _mark, query = path.partition("?")
    fields = QueryDict(query, mutable=True)
    fields[HELD] = token
    return f"{base}?{fields.urlencode()}"


def without_held(path: str) -> str:
    """Return the address of a page, without a form that came along."""
    base, _mark, query = path.partition("?")
    fields = QueryDict(query, mutable=True)
    if HELD not in fields:
        return path
    del fields[HELD]
    return f"{base}?{fields.urlencode()}" if fields else base


def press_once_more(request: HttpRequest) -> None:
    """Say on the page of a held form that the proof was taken, and what is left to do."""
    held = held_in(request) if request.method == "GET" else None
    if held and held.path.partition("?")[0] == request.path and held.text:
        said = _("Confirmed. Press once more to %(act)s.")
        messages.info(request, said % {"act": held.text})


def held_lists(request: HttpRequest) -> dict[str, list[str]]:
    """Return what was chosen and typed on this page before the step-up, by field."""
    held = held_in(request) if request.method == "GET" else None
    found: dict[str, list[str]] = {}
    if held and held.path.partition("?")[0] == request.path:
        for name, value in held.values:
            found.setdefault(name, []).append(value)
    return found


def held_values(request: HttpRequest) -> dict[str, str]:
    """Return the same as a form takes it for its initial values."""
    return {name: values[-1] for name, values in held_lists(request).items()}
