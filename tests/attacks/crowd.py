"""Many browsers at the running site, and what they do together."""

from collections.abc import Callable, Sequence
from functools import partial

from tests.live import Answer, Visitor, at_once
from tests.people import Person

Crowd = Callable[..., list[Visitor]]
REFUSED = {200, 302, 429}
"""A success or a clean refusal."""


def start(visitor: Visitor, person: Person) -> None:
    """Go as far as the second step."""
    form = {"email": person.address, "password": person.password}
    answer = visitor.post("/sign-in/", form)
    assert answer.status_code == 302, answer.text


def half_signed_in(crowd: Crowd, count: int, person: Person) -> list[Visitor]:
    """Return browsers that wait at the second step."""
    visitors = crowd(count)
    for visitor in visitors:
        start(visitor, person)
    return visitors


def sign_in(crowd: Crowd, person: Person) -> Visitor:
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
