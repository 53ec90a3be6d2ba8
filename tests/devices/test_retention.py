"""Which versions are kept, whatever was saved when."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from devices.backups.storage.retention import Saved, too_old

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
YEAR = 365 * 24 * 60
NEWEST, DAYS, WEEKS = 10, 30, 26  # as the contract has them
MOST = DAYS + 1 + WEEKS + 1  # a span that begins in the middle of a day touches one more
EDGES = [days * 24 * 60 + shift for days in (1, 29, 30, 31, 181, 182, 183) for shift in (-9, 9)]
"""Ages in minutes at which a rule may begin or end."""


@st.composite
def shelves(draw: st.DrawFn) -> list[Saved]:
    """Versions of the last year, saved in bursts and with long silences, some of them pinned."""
    gaps = st.one_of(st.integers(0, 90), st.integers(0, 2 * 24 * 60), st.integers(0, 30 * 24 * 60))
    ages = list(accumulate(draw(st.lists(gaps, min_size=1, max_size=80))))
    ages += draw(st.lists(st.sampled_from(EDGES), max_size=40))
    pins = st.sampled_from([None, None, None, -1, 1])
    found = [(NOW - timedelta(minutes=age % YEAR), draw(pins)) for age in ages]
    until = {None: None, -1: NOW - timedelta(days=1), 1: NOW + timedelta(days=1)}
    ordered = sorted(((at, until[pin]) for at, pin in found), key=lambda each: each[0])
    return [Saved(number, at, until) for number, (at, until) in enumerate(ordered, start=1)]


@given(shelves())
def test_nothing_goes_that_a_rule_keeps(versions: list[Saved]) -> None:
    gone = too_old(versions, NOW)
    left = [each for each in versions if each not in gone]
    assert versions[-1] in left
    assert set(versions[-NEWEST:]) <= set(left)
    assert not [each for each in gone if each.is_pinned(NOW)]
    for each in gone:
        later = [other for other in left if other.number > each.number]
        same_day = [one for one in later if one.saved_at.date() == each.saved_at.date()]
        same_week = [one for one in later if week(one.saved_at) == week(each.saved_at)]
        age = NOW - each.saved_at
        assert same_day or age > timedelta(days=DAYS)
        assert same_week or age > timedelta(weeks=WEEKS)


def week(at: datetime) -> datetime:
    """Return the Monday of a day's week."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


@given(shelves())
def test_nothing_is_kept_without_a_rule(versions: list[Saved]) -> None:
    gone = too_old(versions, NOW)
    left = [each for each in versions if each not in gone]
    others = [each for each in left[:-NEWEST] if not each.is_pinned(NOW)]
    for each in others:
        later = [other for other in versions if other.number > each.number]
        same_day = [one for one in later if one.saved_at.date() == each.saved_at.date()]
        same_week = [one for one in later if week(one.saved_at) == week(each.saved_at)]
        age = NOW - each.saved_at
        is_daily = not same_day and age <= timedelta(days=DAYS)
        is_weekly = not same_week and age <= timedelta(weeks=WEEKS)
        assert is_daily or is_weekly
    assert len(others) <= MOST


@given(shelves())
def test_what_was_kept_is_kept_again(versions: list[Saved]) -> None:
    """The rules are applied after each save: a second time must take nothing more away."""
    gone = too_old(versions, NOW)
    assert not too_old([each for each in versions if each not in gone], NOW)


@given(shelves(), st.integers(1, YEAR))
def test_what_goes_early_would_have_gone_later(versions: list[Saved], minutes: int) -> None:
    """Whoever saves often loses nothing that somebody who saves seldom would still have."""
    early = [each for each in versions if each.saved_at <= NOW - timedelta(minutes=minutes)]
    since = NOW - timedelta(minutes=minutes)
    unpinned = [Saved(each.number, each.saved_at) for each in versions]
    gone_early = {each.number for each in too_old(early, since) if each.pinned_until is None}
    gone_late = {each.number for each in too_old(unpinned, NOW)}
    assert gone_early <= gone_late
