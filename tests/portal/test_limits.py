"""Rates and budgets: every try is counted before it is judged."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from core.limits.counters import (
    Budget,
    FactorDisabled,
    FailureCount,
    LimitReached,
    Rate,
    RateWindow,
    delete_expired,
    wait_after,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
FIXTURE_IS_RESET = [HealthCheck.function_scoped_fixture]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2031, 5, 6, 9, tzinfo=UTC), tick=False) as traveller:
        yield traveller


# --- Rates ----------------------------------------------------------------------------------------


def test_a_rate_ends_with_the_window_that_the_first_one_opened(
    clock: time_machine.Traveller,
) -> None:
    rate = Rate("test", 2, HOUR)
    rate.take("a")
    clock.shift(HOUR / 2)
    rate.take("a")
    with pytest.raises(LimitReached) as reached:
        rate.take("a")
    assert reached.value.wait == HOUR / 2
    assert reached.value.seconds == 1800
    clock.shift(HOUR / 2)
    rate.take("a")


def test_keys_and_names_count_apart() -> None:
    Rate("test", 1, HOUR).take("a")
    Rate("test", 1, HOUR).take("b")
    Rate("other", 1, HOUR).take("a")
    with pytest.raises(LimitReached):
        Rate("test", 1, HOUR).take("a")


def test_a_rate_of_nothing_lets_nothing_through() -> None:
    with pytest.raises(LimitReached) as reached:
        Rate("closed", 0, HOUR).take("a")
    assert reached.value.wait == HOUR


def test_one_may_be_given_back_and_never_more_than_there_were() -> None:
    rate = Rate("test", 1, HOUR)
    rate.give_back("a")
    rate.take("a")
    rate.give_back("a")
    rate.give_back("a")
    rate.take("a")
    with pytest.raises(LimitReached):
        rate.take("a")


def test_no_row_names_anybody() -> None:
    Rate("test", 1, HOUR).take("alice@latchkey.example")
    Budget("address:alice@latchkey.example", "password").reserve()
    keys = [*RateWindow.objects.values_list("key"), *FailureCount.objects.values_list("key")]
    assert "alice" not in str(keys)


@examples(max_examples=30, deadline=None, suppress_health_check=FIXTURE_IS_RESET)
@given(st.lists(st.integers(0, 90), max_size=25), st.integers(1, 4))
def test_no_window_ever_holds_more_than_its_limit(
    clock: time_machine.Traveller, pauses: list[int], limit: int
) -> None:
    rate, key = Rate("model", limit, timedelta(seconds=60)), str(uuid4())
    taken, now, opened = 0, 0, -60
    for pause in pauses:
        clock.shift(pause)
        now += pause
        if now >= opened + 60:
            opened, taken = now, 0
        taken += 1
        if taken <= limit:
            rate.take(key)
            continue
        with pytest.raises(LimitReached) as reached:
            rate.take(key)
        assert reached.value.wait == timedelta(seconds=opened + 60 - now)


# --- Waits ----------------------------------------------------------------------------------------


def test_the_wait_begins_at_the_fifth_and_doubles_up_to_an_hour() -> None:
    first = settings.FAILURES_BEFORE_WAIT
    waits = [wait_after(number) for number in range(first + 10)]
    assert set(waits[:first]) == {timedelta(0)}
    assert waits[first : first + 3] == [settings.FAILURE_WAIT * 2**over for over in range(3)]
    assert waits[-1] == settings.FAILURE_WAIT_MOST


@given(st.integers(0, 10_000))
def test_the_wait_never_shrinks_and_never_exceeds_the_most(failures: int) -> None:
    wait = wait_after(failures)
    assert wait <= wait_after(failures + 1) <= settings.FAILURE_WAIT_MOST


def test_a_budget_waits_exactly_as_told(clock: time_machine.Traveller) -> None:
    budget = Budget("person:1", "code")
    for number in range(1, settings.FAILURES_BEFORE_WAIT + 9):
        assert budget.reserve() == number
        wait = wait_after(number)
        if wait:
            with pytest.raises(LimitReached) as reached:
                budget.reserve()
            assert reached.value.wait == wait
            clock.shift(wait - SECOND)
            with pytest.raises(LimitReached):
                budget.reserve()
            clock.shift(SECOND)


def test_a_refused_try_is_not_counted() -> None:
    budget = Budget("person:1", "code")
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        budget.reserve()
    for _each in range(3):
        with pytest.raises(LimitReached):
            budget.reserve()
    assert budget.failures == settings.FAILURES_BEFORE_WAIT


def test_after_a_hundred_a_factor_is_off_until_cleared(clock: time_machine.Traveller) -> None:
    budget = Budget("person:1", "code")
    for _each in range(settings.FAILURES_BEFORE_OFF):
        budget.reserve()
        clock.shift(settings.FAILURE_WAIT_MOST)
    for _each in range(2):
        clock.shift(timedelta(days=300))
        with pytest.raises(FactorDisabled):
            budget.reserve()
    budget.clear()
    assert budget.failures == 0
    assert budget.reserve() == 1


def test_people_and_factors_count_apart() -> None:
    Budget("person:1", "code").reserve()
    assert Budget("person:1", "code").reserve() == 2
    assert Budget("person:1", "paper").reserve() == 1
    assert Budget("person:2", "code").reserve() == 1


def test_a_success_that_lasted_clears_the_wait_too() -> None:
    budget = Budget("person:1", "code")
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        budget.reserve()
    budget.clear()
    assert budget.reserve() == 1


@examples(max_examples=30, deadline=None, suppress_health_check=FIXTURE_IS_RESET)
@given(st.lists(st.tuples(st.integers(0, 4000), st.booleans()), max_size=30))
def test_a_budget_behaves_like_its_rule(
    clock: time_machine.Traveller, tries: list[tuple[int, bool]]
) -> None:
    budget, failures, blocked_until, now = Budget(f"model:{uuid4()}", "code"), 0, 0.0, 0.0
    for pause, is_right in tries:
        clock.shift(pause)
        now += pause
        if now < blocked_until:
            with pytest.raises(LimitReached):
                budget.reserve()
            continue
        failures += 1
        assert budget.reserve() == failures
        blocked_until = now + wait_after(failures).total_seconds()
        if is_right:
            budget.clear()
            failures, blocked_until = 0, 0.0


# --- Housekeeping ---------------------------------------------------------------------------------


def test_what_is_over_is_forgotten_and_what_is_off_is_not(clock: time_machine.Traveller) -> None:
    Rate("test", 1, HOUR).take("a")
    off, stale = Budget("person:1", "code"), Budget("person:2", "code")
    stale.reserve()
    for _each in range(settings.FAILURES_BEFORE_OFF):
        off.reserve()
        clock.shift(settings.FAILURE_WAIT_MOST)
    clock.shift(timedelta(days=31))
    Rate("test", 1, HOUR).take("b")
    delete_expired()
    assert RateWindow.objects.count() == 1
    assert stale.failures == 0
    assert off.failures == settings.FAILURES_BEFORE_OFF


@pytest.mark.parametrize(("wait", "seconds"), [(0, 1), (0.2, 1), (1.2, 2), (30, 30)])
def test_a_wait_is_told_in_whole_seconds_rounded_up(wait: float, seconds: int) -> None:
    assert LimitReached(timedelta(seconds=wait)).seconds == seconds
