"""The table of how often each thing may happen."""

from typing import Any

import pytest
from django.conf import settings

from core.limits import rates
from core.limits.counters import LimitReached
from core.limits.rates import Limit

TABLE = {name: each for name, each in vars(rates).items() if isinstance(each, Limit)}


def test_no_limit_stands_anywhere_else() -> None:
    rooms = [settings.BASE_DIR / room for room in ("accounts", "core", "devices", "portal")]
    files = [path for room in rooms for path in room.rglob("*.py")]
    made = [path.name for path in files if "Rate(" in path.read_text()]
    assert made == ["rates.py"]


@pytest.mark.parametrize("name", TABLE)
def test_each_reads_as_a_sentence_by_the_settings(name: str) -> None:
    limit = TABLE[name]
    assert limit.rate.limit > 0
    assert str(limit).startswith(f"{limit.what}: at most {limit.rate.limit} in ")


def test_names_of_rows_are_of_one_limit_or_differ_by_what_they_count() -> None:
    keys = [(each.name, each.by) for each in TABLE.values()]
    assert len(keys) == len(set(keys))


def test_a_setting_counts_at_once(settings: Any, db: None) -> None:
    settings.STAFF_ACTS_AN_HOUR = 1
    rates.STAFF_ACTS.take("sue")
    with pytest.raises(LimitReached):
        rates.STAFF_ACTS.take("sue")
    settings.STAFF_ACTS_AN_HOUR = 2
    rates.STAFF_ACTS.take("sue")
