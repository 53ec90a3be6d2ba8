"""Which numbers may get text messages, and the caps against pumping."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from core.limits.counters import LimitReached
from core.outbox.sms.sms_limits import NumberRefused, check_number, take

ALICE = "+31612345678"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def caps(settings: Settings) -> None:
    settings.SMS_COUNTRIES = ["nl", "GB"]


def passed(requests: Iterable[tuple[str, str]]) -> int:
    """Ask for each (number, address) and count those that were let through."""
    return sum(is_taken(number, address) for number, address in requests)


def is_taken(number: str, address: str) -> bool:
    try:
        take(number, address)
    except LimitReached:
        return False
    return True


def test_a_mobile_number_in_an_open_country_is_taken() -> None:
    check_number(ALICE)
    check_number("+447400123456")


@pytest.mark.parametrize(
    "number",
    [
        "+491512345678",  # a closed country
        "+870773111632",  # Inmarsat
        "+881612345678",  # Iridium
        "+882161234567",  # an international network
        "+319061234567",  # premium rate
        "+31900123456",  # the same, shorter
        "+318001234567",  # freephone
        "+31201234567",  # a land line
        "+447640123456",  # a pager
        "+31612",  # too short
        "0612345678",  # of no country
        "+31 6 12345678",  # not in the one spelling that limits count
        "eve",
        "",
    ],
)
def test_other_numbers_are_refused_with_a_reason(settings: Settings, number: str) -> None:
    settings.SMS_COUNTRIES = ["NL", "GB", "001"]
    with pytest.raises(NumberRefused) as caught:
        check_number(number)
    assert str(caught.value.reason).endswith(".")


def test_no_country_is_open_by_default(settings: Settings) -> None:
    settings.SMS_COUNTRIES = []
    with pytest.raises(NumberRefused):
        take(ALICE, "192.0.2.1")


def test_one_number_asked_for_by_many_people_gets_its_daily_number_only(
    settings: Settings,
) -> None:
    most = settings.SMS_PER_NUMBER_A_DAY
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        assert passed((ALICE, f"192.0.2.{i}") for i in range(most + 15)) == most
        clock.shift(timedelta(days=1))
        assert passed([(ALICE, "192.0.2.1")]) == 1


def test_five_hundred_numbers_of_one_block_get_the_cap_of_the_block(settings: Settings) -> None:
    numbers = [(f"+3161234{i:04d}", f"192.0.{i % 200}.1") for i in range(500)]
    assert passed(numbers) == settings.SMS_PER_PREFIX_AN_HOUR
    assert passed([("+31687654321", "192.0.2.1")]) == 1


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::{}", "2001:db8:0:0:{}::/64"])
def test_one_network_address_cannot_ask_for_many_numbers(settings: Settings, address: str) -> None:
    most = settings.SMS_PER_ADDRESS_A_DAY
    asked = [(f"+316{i:02d}345678", address.format(i)) for i in range(10, 10 + most + 10)]
    assert passed(asked) == most
    assert passed([(ALICE, "198.51.100.7")]) == 1


def test_the_daily_stop_holds_for_everybody_and_raises_an_alarm(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SMS_A_DAY = 5
    asked = [(f"+316{i:02d}345678", f"192.0.2.{i}") for i in range(10, 20)]
    assert passed(asked) == 5
    assert "the daily stop for text messages is reached" in caplog.text


def test_what_a_narrow_cap_refuses_does_not_use_up_the_daily_stop(settings: Settings) -> None:
    settings.SMS_A_DAY = settings.SMS_PER_NUMBER_A_DAY + 1
    assert passed((ALICE, f"192.0.2.{i}") for i in range(50)) == settings.SMS_PER_NUMBER_A_DAY
    assert passed([("+31687654321", "198.51.100.7")]) == 1
