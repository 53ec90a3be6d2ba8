"""Many browsers at the running site, and what they do together."""

from collections.abc import Callable, Sequence
from functools import partial

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from accounts.authentication import sign_in
from accounts.models import User
from devices.sessions.engine import SessionStore
from tests.live import Answer, Visitor, at_once
from tests.people import Person

Crowd = Callable[..., list[Visitor]]
REFUSED = {200, 302, 429}
"""A success or a clean refusal."""


def half_signed_in(crowd: Crowd, count: int, person: Person) -> list[Visitor]:
    """Return browsers that wait at the second step, each by a sign-in of its own.

    They typed no password at the running site, whose slow hash is none of what the crowd is about:
    each got its session from the function that takes a right one.
    """
    visitors, user = crowd(count), person.reload()
    for visitor in visitors:
        visitor.keep(settings.CSRF_COOKIE_NAME, "a" * 32)
        visitor.keep(settings.SESSION_COOKIE_NAME, _half_session(user))
    return visitors


def _half_session(user: User) -> str:
    request = RequestFactory().post("/sign-in/")
    request.user, request.session = AnonymousUser(), SessionStore()
    assert sign_in.start(request, user, "").url
    assert sign_in.pending_in(request)
    return str(request.session.session_key)


def signed_in(crowd: Crowd, person: Person) -> Visitor:
    """Return a browser that signed in with the authenticator app."""
    (visitor,) = half_signed_in(crowd, 1, person)
    code = person.fresh_code()
    assert visitor.post("/sign-in/authenticator/", {"code": code}).status_code == 302
    return visitor


def is_in(visitor: Visitor) -> bool:
    """Tell whether the browser sees the overview."""
    return visitor.get("/security/").status_code == 200


def post_at_once(visitors: Sequence[Visitor], path: str, form: dict[str, str]) -> list[Answer]:
    """Post one form from all browsers together; nothing but clean answers may come back."""
    answers = at_once([partial(visitor.post, path, form) for visitor in visitors])
    assert {answer.status_code for answer in answers} <= REFUSED
    return answers
