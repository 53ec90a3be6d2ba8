"""Any two losses leave a way back; one theft and the mailbox open nothing before the wait.

For set-ups drawn at random, on the real pages of signing in. `make test` draws 10,000: 5,000 on
each database, half of them for each of the two sentences. `make drill` draws as many as
`LATCHKEY_SET_UPS` says, others with each `LATCHKEY_SEED`.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import TestCase
from hypothesis import Phase, given, seed
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.activity.origin import HOST
from accounts.authentication.methods import SignInOption
from accounts.authentication.proofs import Strength
from accounts.models import RecoveryCase, Role, User
from accounts.readiness import assessment
from accounts.recovery_cases import deciding, opening
from tests.attacks.tools import NEW_PASSWORD, level, link_in, reset, reset_path
from tests.conftest import SecureClient
from tests.links import open_link
from tests.people import Person, protected
from tests.set_ups import SET_UPS, SetUp, living, lose, offered, taken_back

WANTED = int(os.environ.get("LATCHKEY_SET_UPS", "5000"))
SEED = int(os.environ.get("LATCHKEY_SEED", "0"))
SENTENCES = 2
SHARES = 4
"""So that the workers have equal parts."""
BY_PAGES = 20
"""One reset of so many is walked page by page."""
PASSWORD = "password"
FRIEND = "reached@elsewhere.example"
WHY = "She showed her passport in a video call."

pytestmark = pytest.mark.django_db


def draws(share: int) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Draw this share of the set-ups."""

    def decorator(test: Callable[..., None]) -> Callable[[], None]:
        most = max(1, WANTED // SENTENCES // SHARES)
        drawn: Callable[[], None] = seed(SEED * SHARES + share)(
            examples(max_examples=most, database=None, phases=[Phase.generate])(test)
        )
        return drawn

    return decorator


@pytest.mark.parametrize("share", range(SHARES))
def test_any_two_losses_leave_a_way_back(share: int) -> None:
    officers = [protected(name, role=Role.RECOVERY_OFFICER) for name in ("one", "two")]
    found = {"at once": 0, "by a case": 0}

    @draws(share)
    @given(SET_UPS, st.integers(0, 2**16), st.integers(0, 2**16))
    def tell(set_up: SetUp, first: int, second: int) -> None:
        with living(set_up) as person:
            things = [*assessment.of(person.user).keys, PASSWORD]
            lost = {things[first % len(things)], things[second % len(things)]}
            with taken_back(person):
                is_at_once = comes_back_at_once(person, lost)
            found["at once" if is_at_once else "by a case"] += 1
            if not is_at_once:
                comes_back_by_a_case(person, officers)

    tell()
    assert all(found.values()), found


def comes_back_at_once(person: Person, lost: set[str]) -> bool:
    """Lose these, and type what is left; whether the sign-in offers a way."""
    state = assessment.of(person.user)
    lose(person, state.together(lost - {PASSWORD}) & set(state.keys))
    if PASSWORD in lost and not resets_password(person):
        return False
    return bool(offered(person))


def resets_password(person: Person) -> bool:
    """Choose a new password by a mailbox that is left; False if none is."""
    box = person.user.email_addresses.verified().order_by("pk").first()
    if box:
        reset(SecureClient(), reset_path(SecureClient(), person, box.address))
        person.password = NEW_PASSWORD
        person.reload()
    return box is not None


def comes_back_by_a_case(person: Person, officers: list[Person]) -> None:
    """Ask from a friend's mailbox; after the wait two officers agree, and the link opens it."""
    case = asks(person)
    browser, has_two_step = SecureClient(), person.user.has_two_step
    with time_machine.travel(case.waits_until, tick=False):
        for officer in officers:
            with TestCase.captureOnCommitCallbacks(execute=True):
                deciding.approve(actor=officer.user, case=case, reason=WHY)
        text = next(str(sent.body) for sent in reversed(mail.outbox) if sent.to == [FRIEND])
        open_link(browser, link_in(text, "recover/password/link/"))
        browser.post("/recover/password/", {"new_password": NEW_PASSWORD})
        assert level(browser) == Strength.RECOVERED
    assert person.reload().has_two_step == has_two_step
    assert person.user.check_password(NEW_PASSWORD)


def asks(person: Person) -> RecoveryCase:
    """Somebody who reads the mailbox FRIEND asks for the account."""
    pending = opening.PendingCase.now(account=person.address, contact=FRIEND)
    case = opening.open_case(pending, origin=HOST, seen=lambda _user: ())
    assert case
    return case


@pytest.mark.parametrize("share", range(SHARES))
def test_one_theft_and_the_mailbox_open_nothing_before_the_wait(share: int) -> None:
    """Except a strong factor itself: with the mailbox that is two (NIST SP 800-63B-4 4.2)."""
    officers = [protected(name, role=Role.RECOVERY_OFFICER) for name in ("one", "two")]
    found = {"strong": 0, "recovered": 0, "nothing": 0}

    @draws(share)
    @given(SET_UPS, st.integers(0, 2**16))
    def tell(set_up: SetUp, number: int) -> None:
        # As a reset through the first mailbox leaves it; some resets are walked through.
        by_pages = number % BY_PAGES == 0
        drawn = replace(set_up, has_two_step=True, has_reset=not by_pages)
        with living(drawn) as person:
            state = assessment.of(person.user)
            things = [*state.keys, PASSWORD]
            stolen = things[number % len(things)]
            box = person.user.email_addresses.verified().earliest("pk")
            taken = {*state.together({stolen} - {PASSWORD}), box.possession_key}
            strong = any(map(is_strong, among(state.ways, taken)))
            if stolen == PASSWORD:
                User.objects.filter(pk=person.user.pk).update(reset_mailbox=None)
            elif by_pages:
                resets_password(person)
            options = options_for(person)
            if stolen != PASSWORD:  # the mailbox gave the password, and is not a second thing
                assert not among(options, {box.possession_key})
            options = among(options, taken)
            assert any(map(is_strong, options)) == strong
            found["strong" if strong else "recovered" if options else "nothing"] += 1
            if not options:
                waits_for_the_officers(asks(person), officers)

    tell()
    assert all(found.values()), found


def waits_for_the_officers(case: RecoveryCase, officers: list[Person]) -> None:
    """Let two officers who collude with the thief try a second too early."""
    with time_machine.travel(case.waits_until - timedelta(seconds=1), tick=False):
        for officer in officers:
            with pytest.raises(deciding.TooEarly):
                deciding.approve(actor=officer.user, case=case, reason=WHY)


def is_strong(option: SignInOption) -> bool:
    """Whether it proves the strong second step now."""
    return option.strength == Strength.TWO_STEP


def among(options: Iterable[SignInOption], keys: set[str]) -> list[SignInOption]:
    """Those that depend on one of these possessions."""
    return [option for option in options if option.possession.key in keys]


def options_for(person: Person) -> list[SignInOption]:
    """What the picker lists after the password."""
    client = SecureClient()
    client.post("/sign-in/", {"email": person.address, "password": person.password})
    options: list[SignInOption] = client.get("/sign-in/another-way/").context["ways"]
    return options
