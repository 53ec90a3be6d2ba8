"""The authenticator app: the window, order, leading zeros, once only, whose code it is."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.authentication.methods import AlreadySpent, CannotCheck, VerificationContext
from accounts.authentication.proofs import Proof, Strength
from accounts.models import User
from core.web.http import RequestOrigin
from devices.factors.methods import AuthenticatorAppMethod
from devices.models import Authenticator, Phone
from devices.models.authenticator import codes_of, step_now
from tests.people import Person, code_of, give_phone

APP = AuthenticatorAppMethod()
VISITOR = RequestOrigin("192.0.2.7", "")
WINDOW = settings.AUTHENTICATOR_WINDOW
PERIOD = settings.AUTHENTICATOR_PERIOD


def consume(user: User, code: str) -> Proof | None:
    match = APP.match(VerificationContext(user, "sign-in", "binding", VISITOR), code)
    return match.consume() if match else None


def test_the_vectors_of_rfc_6238() -> None:
    secret = b"12345678901234567890"
    seconds = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000]
    codes = codes_of(secret, [second // 30 for second in seconds])
    assert codes == ["287082", "081804", "050471", "005924", "279037", "353130"]


@pytest.mark.parametrize("shift", range(-4, 5))
def test_only_the_window_of_the_policy_is_accepted(
    alice: Person, clock: time_machine.Traveller, shift: int
) -> None:
    assert (consume(alice.user, alice.code(shift)) is not None) is (abs(shift) <= WINDOW)


def test_a_code_that_begins_with_zeros_is_accepted(
    alice: Person, clock: time_machine.Traveller
) -> None:
    authenticator = alice.authenticator
    while not code_of(authenticator).startswith("00"):
        clock.shift(PERIOD)
    code = code_of(authenticator)
    assert consume(alice.user, code)
    assert consume(alice.user, code.lstrip("0")) is None


def test_a_code_is_accepted_once(alice: Person, clock: time_machine.Traveller) -> None:
    code = alice.code()
    assert consume(alice.user, code)
    assert consume(alice.user, code) is None


def test_the_older_step_is_refused_once_a_newer_one_was_accepted(
    alice: Person, clock: time_machine.Traveller
) -> None:
    older, newer = alice.code(-1), alice.code(0)
    assert consume(alice.user, newer)
    assert consume(alice.user, older) is None
    assert consume(alice.user, alice.code(1))


def test_of_two_that_found_the_same_code_one_spends_it(
    alice: Person, clock: time_machine.Traveller
) -> None:
    verification = VerificationContext(alice.user, "sign-in", "binding", VISITOR)
    first, second = (APP.match(verification, alice.code()) for _each in range(2))
    assert first
    assert second
    assert first.consume().strength == Strength.TWO_STEP
    with pytest.raises(AlreadySpent):
        second.consume()


def test_drift_never_adds_up(alice: Person, clock: time_machine.Traveller) -> None:
    for _each in range(5):
        assert consume(alice.user, alice.code(1))
        clock.shift(2 * PERIOD)
    assert consume(alice.user, alice.code(2)) is None
    assert consume(alice.user, alice.code(0))


def test_a_strangers_code_is_refused(
    alice: Person, bob: Person, clock: time_machine.Traveller
) -> None:
    assert consume(alice.user, bob.code()) is None
    assert consume(bob.user, bob.code())


def test_any_linked_phone_of_the_person_will_do(
    alice: Person, clock: time_machine.Traveller
) -> None:
    second = give_phone(alice, "iPhone 15")
    proof = consume(alice.user, code_of(second))
    assert proof
    assert proof.factor == second.factor
    assert consume(alice.user, alice.code())


def test_an_unconfirmed_phone_counts_nowhere(alice: Person, clock: time_machine.Traveller) -> None:
    begun = give_phone(alice, "Thief", confirmed=False)
    Phone.objects.filter(pk=begun.phone_id).update(linked_at=None)
    assert consume(alice.user, code_of(begun)) is None
    assert [way.possession.name for way in APP.ways(alice.user)] == ["Pixel 8"]


def test_the_code_of_a_phone_that_is_gone_cannot_be_spent(
    alice: Person, clock: time_machine.Traveller
) -> None:
    match = APP.match(VerificationContext(alice.user, "sign-in", "", VISITOR), alice.code())
    alice.phone.delete()
    assert match
    with pytest.raises(AlreadySpent):
        match.consume()


def test_a_use_is_noted_on_authenticator_and_phone(
    alice: Person, clock: time_machine.Traveller
) -> None:
    assert alice.phone.last_used_at is None
    consume(alice.user, alice.code())
    assert alice.phone.last_used_at == alice.authenticator.last_used_at == timezone.now()


def test_a_held_factor_proves_no_more_than_a_recovery_until_the_hold_ends(
    alice: Person, clock: time_machine.Traveller
) -> None:
    hold = timedelta(hours=1)
    Authenticator.objects.update(trusted_from=timezone.now() + hold)
    proof = consume(alice.user, alice.code())
    assert proof
    assert proof.strength == Strength.RECOVERED
    [way] = APP.ways(alice.user)
    assert (way.strength, way.counts_from) == (Strength.RECOVERED, timezone.now() + hold)
    clock.shift(hold)
    proof = consume(alice.user, alice.code())
    assert proof
    assert proof.strength == Strength.TWO_STEP
    assert APP.ways(alice.user)[0].counts_from is None


def test_the_phone_used_last_is_offered_first(alice: Person, clock: time_machine.Traveller) -> None:
    second = give_phone(alice, "iPhone 15")
    consume(alice.user, code_of(second))
    assert [way.hint for way in APP.ways(alice.user)] == ["on iPhone 15", "on Pixel 8"]


@pytest.mark.parametrize("typed", ["123 456", "123-456", " 123456 "])
def test_blanks_and_hyphens_are_stripped(typed: str) -> None:
    assert APP.clean(typed) == "123456"


@pytest.mark.parametrize(
    "typed",
    [
        "\u200b123456",  # what a mail puts where a line may break
        "\ufeff123456",
        "\u200e123456",
        "\u2060123456",
        "\u202d123456\u202c",
        "123\u2013456",
        "123\u2011456",
        "123\u2212456",
        "123\u00a0456",
        "123\u202f456",
        "123456.",
        "“123456”",
        "'123456'",
        "«\u00a0123456\u00a0»",
        "(123456)",
        "123·456",
        "1\ufe0f2\ufe0f3\ufe0f4\ufe0f5\ufe0f6\ufe0f",
    ],
)
def test_what_copying_puts_around_a_code_is_dropped(typed: str) -> None:
    assert APP.clean(typed) == "123456"


@pytest.mark.parametrize(
    "typed",
    [
        "12345",
        "1234567",
        "12345²",
        "①23456",
        "𝟏23456",
        "12345५",
        "١٢٣٤٥٦",
        "１２３４５６",
        "12345a",
        "",
    ],
)
def test_what_is_not_six_ascii_digits_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        APP.clean(typed)


def test_the_secret_is_sealed_for_its_own_row(alice: Person, bob: Person) -> None:
    authenticator = alice.authenticator
    secret = authenticator.secret
    assert len(secret) == settings.AUTHENTICATOR_SECRET_BYTES
    assert secret not in bytes(authenticator.sealed_secret)
    moved = bob.authenticator
    moved.sealed_secret = authenticator.sealed_secret
    moved.save()
    with pytest.raises(CannotCheck):  # that is our fault, and no wrong code
        consume(bob.user, code_of(authenticator))


def test_the_present_step_is_the_time_since_1970(clock: time_machine.Traveller) -> None:
    assert step_now() == int(timezone.now().timestamp()) // 30
