"""How long an answer takes says nothing about whether an account exists.

The sign is the AUC: the chance that an answer for a known address took longer than one for an
unknown address. 0.5 is no sign. Both kinds are asked in turn, so that a busy machine slows both.
"""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import EmailAddress, User
from tests import figures
from tests.attacks.tools import code_in
from tests.live import LiveSite, Visitor, fresh_address
from tests.live.sinks import body_of
from tests.people import PASSWORD

pytestmark = pytest.mark.duration
PAIRS = 36
MOST = 0.15
TIMES = 3
CASES_OPENED = 20
Times = tuple[list[float], list[float]]


def auc(known: list[float], unknown: list[float]) -> float:
    """Return the chance that one of `known` is the longer, ties counting half."""
    wins = sum((k > u) + (k == u) / 2 for k in known for u in unknown)
    return wins / (len(known) * len(unknown))


def took(visitor: Visitor, path: str, form: dict[str, str]) -> float:
    """Return the seconds that an answer takes."""
    started = time.perf_counter()
    assert visitor.post(path, form).status_code in (200, 302)
    return time.perf_counter() - started


def make_account(password: str, *, is_active: bool) -> str:
    """Make an account with this password hash and return its confirmed address."""
    address = fresh_address("known")
    user = User.objects.create(email=address, password=password, is_active=is_active)
    EmailAddress.objects.create(user=user, address=address, verified_at=timezone.now())
    return address


def measure(live: LiveSite, path: str, *, locked: bool, **more: str) -> Times:
    """Ask for known and unknown addresses in turn, each once, each from a network of its own."""
    known: list[float] = []
    unknown: list[float] = []
    password = make_password(PASSWORD)
    for number in range(PAIRS):
        address = make_account(password, is_active=not locked)
        pair = [(known, address), (unknown, fresh_address("unknown"))]
        for times, address in pair if number % 2 else pair[::-1]:
            visitor = live.visitor()
            visitor.get("/sign-in/")
            times.append(took(visitor, path, {"email": address, **more}))
            visitor.close()
    return known, unknown


CASES: dict[str, tuple[str, bool, dict[str, str]]] = {
    "sign-in": ("/sign-in/", False, {"password": "not the right password"}),
    "locked": ("/sign-in/", True, {"password": "not the right password"}),
    "reset": ("/password/reset/", False, {}),
    "sign-up": ("/sign-up/", False, {"password": "seven quiet foxes jump"}),
}


def check_no_sign(measure_once: Callable[[], Times]) -> None:
    """What is only noise falls on both sides; a sign shows every time."""
    signs: list[float] = []
    while len(signs) < TIMES and not any(abs(sign - 0.5) <= MOST for sign in signs):
        known, unknown = measure_once()
        signs.append(auc(known, unknown))
        medians = f"{1000 * median(known):.0f} ms known, {1000 * median(unknown):.0f} ms unknown"
        figures.note(f"AUC {signs[-1]:.2f} of {len(known)} pairs, medians {medians}")
    assert any(abs(sign - 0.5) <= MOST for sign in signs), signs


@pytest.mark.parametrize("name", CASES)
def test_the_time_of_an_answer_tells_nothing(live: LiveSite, name: str) -> None:
    path, locked, more = CASES[name]
    check_no_sign(partial(measure, live, path, locked=locked, **more))


def open_cases(live: LiveSite) -> Times:
    """Ask for known and unknown accounts in turn, and time the step that opens the case."""
    known: list[float] = []
    unknown: list[float] = []
    password = make_password(PASSWORD)
    for number in range(CASES_OPENED):
        address = make_account(password, is_active=True)
        pair = [(known, address), (unknown, fresh_address("unknown"))]
        for times, address in pair if number % 2 else pair[::-1]:
            visitor, contact = live.visitor(), fresh_address("reached")
            visitor.get("/recover/")
            visitor.post("/recover/", {"account": address, "contact": contact})
            code = code_in(body_of(live.mail.wait_for(contact)))
            times.append(took(visitor, "/recover/code/", {"code": code}))
            visitor.close()
    return known, unknown


def test_the_time_of_opening_a_recovery_case_tells_nothing(live: LiveSite) -> None:
    """Much more is done for an account than for none: the answer waits."""
    check_no_sign(partial(open_cases, live))
