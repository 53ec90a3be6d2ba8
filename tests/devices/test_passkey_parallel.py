"""One answer at the same moment from many hands, at the running site: it counts once."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.activity.origin import Origin
from core.web.http import RequestOrigin
from devices.factors import passkeys
from devices.models import Challenge, Session
from tests import figures
from tests.authenticator import SoftPasskey
from tests.live import Visitor, at_once
from tests.people import Person, give_passkey

MANY = 20
ALONE = "/sign-in/passkey/alone/"
STEP = "/sign-in/passkey/"
pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def _no_deliveries(settings: Any) -> None:
    settings.OUTBOX_DELIVERY = "worker"


def closing(act: Callable[[], Any]) -> Callable[[], Any]:
    """Close the thread's database connection after the act."""

    def acted() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return acted


def posts(visitor: Visitor, path: str, answer: dict[str, Any]) -> list[Callable[[], Any]]:
    """Post the answer from many connections of the same browser."""
    form = {"code": json.dumps(answer)}

    def by(twin: Visitor) -> Callable[[], Any]:
        return lambda: twin.post(path, form)

    return [by(visitor.twin()) for _each in range(MANY)]


def sign_ins(person: Person) -> tuple[int, int]:
    """Count the sessions of the person, and the sign-ins they were told of.

    The losers are answered as well: by a refusal, or led on by what the winner's cookie opens.
    """
    sessions = Session.objects.of(person.user).count()
    return sessions, person.kinds().count("sign_in:two_step")


def test_alone_an_answer_signs_in_once(visitor: Visitor, pia: Person) -> None:
    asked = visitor.post(ALONE + "options/").json()
    answers = at_once(posts(visitor, ALONE, pia.soft.get(asked)))
    assert {answer.status_code for answer in answers} == {302}
    sessions, events = sign_ins(pia)
    figures.note(f"{sessions} sessions, {events} sign-ins written down")
    assert (sessions, events) == (1, 1)


def test_after_the_password_an_answer_signs_in_once(visitor: Visitor, pia: Person) -> None:
    visitor.post("/sign-in/", {"email": pia.address, "password": pia.password})
    asked = visitor.post(STEP + "options/").json()
    answers = at_once(posts(visitor, STEP, pia.soft.get(asked)))
    assert {answer.status_code for answer in answers} <= {200, 302, 429}
    sessions, events = sign_ins(pia)
    figures.note(f"{sessions} sessions, {events} sign-ins written down")
    assert (sessions, events) == (1, 1)


def test_a_passkey_is_added_once(visitor: Visitor, alice: Person) -> None:
    visitor.post("/sign-in/", {"email": alice.address, "password": alice.password})
    visitor.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    asked = visitor.post("/devices/passkeys/add/options/").json()
    at_once(posts(visitor, "/devices/passkeys/add/", SoftPasskey().create(asked)))
    assert alice.user.passkeys.count() == 1
    assert alice.kinds().count("passkey:added") == 1


def test_a_removal_and_a_sign_in_by_it_leave_nobody_in(visitor: Visitor, alice: Person) -> None:
    for _round in range(3):
        soft, passkey = give_passkey(alice), alice.user.passkeys.get()
        asked = visitor.post(ALONE + "options/").json()
        entering = posts(visitor, ALONE, soft.get(asked))[:3]
        gone = RequestOrigin("192.0.2.7", "")
        at_once(
            [*entering, closing(partial(passkeys.remove, passkey=passkey, origin=Origin(gone)))]
        )
        assert not Session.objects.of(alice.user).exists()
        assert not alice.user.passkeys.exists()
        visitor.http.cookies.clear()


def test_a_challenge_is_a_row_that_is_used_once(rows: None) -> None:
    value = Challenge.draw(purpose="sign-in", binding="flow")
    found = Challenge.find(value, purpose="sign-in", binding="flow")
    assert found is not None
    assert sum(at_once([closing(found.consume) for _each in range(MANY)])) == 1
