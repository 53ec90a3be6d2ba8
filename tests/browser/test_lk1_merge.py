"""Two phones' accounts brought together: nothing is lost, in any order, however often.

Here cases are drawn; those with a name are in tests/javascript/merge.test.js.
"""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser.authenticator import Phone
from tests.browser.backups import BATCHES, asked, shortest
from tests.browser.histories import PLAY
from tests.lk1 import Json

pytestmark = pytest.mark.no_rows
CHECK = """
const { merge } = await use("lk1/merge");
const { canonical } = await use("lk1/bytes");
const check = ([base, mine, theirs]) => {
  const [a, b] = [{ doc: mine, phone: "Pixel 7" }, { doc: theirs, phone: "iPhone" }];
  const done = { doc: merge({ base, a, b }), phone: "another" };
  const wanted = canonical(done.doc);
  const is = (name, one, other) =>
    canonical(merge({ base, a: one, b: other })) === wanted ? [] : [name];
  const itself = canonical(merge({ base, a, b: { doc: mine, phone: "x" } })) === canonical(mine);
  return [
    ...is("swapped", b, a), ...is("again with mine", done, a), ...is("again with theirs", done, b),
    ...is("with itself", done, done), ...(itself ? [] : ["mine with mine"]),
  ];
};
return JSON.stringify(JSON.parse(given).map(check));
"""
IDS = [f"{letter * 8}-0000-4000-8000-000000000000" for letter in "abcd"]
ONE, TWO, *_ = IDS


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


MARK = st.fixed_dictionaries(
    {
        "id": some(*IDS),
        "revision": some(0, 1, 2, 3),
        "changed": some(0, 1, 2),
        "gone": st.just(True),
    }
)
HELD = st.fixed_dictionaries(
    {
        "id": some(*IDS),
        "type": some("totp", "hotp", "later"),
        "issuer": some("A", "B"),
        "label": some("x", "X", ""),
    },
    optional={
        "secret": some("S1", "S2"),
        "revision": some(0, 1, 2),
        "changed": some(0, 1, 2),
        "created": some(1, 2),
        "order": some(1, 2),
        "pinned": st.booleans(),
        "notes": some("", "n", "m"),
        "tags": some([], ["b", "a"], ["a"], ["a", "b"]),
        "trashed": some(0, 0, 1, 2),
        "counter": some(1, 2, 10),
        "later": some(0, {"z": 1}),
        "work": some({"id": 1}, {"id": 2}),
    },
)
DOCUMENT = st.fixed_dictionaries(
    {
        "format": st.just(1),
        "entries": st.lists(HELD | HELD | MARK, max_size=4, unique_by=lambda entry: entry["id"]),
        "settings": st.fixed_dictionaries(
            {}, optional={"hidden": st.booleans(), "changed": some(1, 2), "x": some(1, 2)}
        ),
    },
    optional={"later": some(1, 2)},
)
TRIPLES = st.tuples(st.none() | DOCUMENT, DOCUMENT, DOCUMENT)
Step = tuple[int, str, int, int]
ACTS = {"add": 2, "write": 5, "sync": 6, "draw": 2, "trash": 2, "restore": 1, "place": 1, "set": 1}
ACTS |= {"claim": 1, "purge": 1}
LOSSES = {"forget": 1, "lose": 1}


def history(chance: Random) -> list[Step]:
    """What three phones do; on one of two days nobody loses anything."""
    acts = ACTS | LOSSES if chance.random() < 0.5 else ACTS
    drawn = chance.choices(list(acts), list(acts.values()), k=chance.randint(4, 25))
    numbers = chance.randrange
    return [(numbers(3), act, numbers(chance.choice([1, 3])), numbers(6)) for act in drawn]


@BATCHES
@given(st.lists(TRIPLES, min_size=10, max_size=30))
def test_merging_depends_on_no_order_and_settles_at_once(
    modules: Phone, cases: list[tuple[Json | None, Json, Json]]
) -> None:
    assert shortest(cases, asked(modules, CHECK, cases)) is None


@BATCHES
@given(st.integers(0, 2**32))
def test_no_history_of_three_phones_loses_anything(modules: Phone, seed: int) -> None:
    chance = Random(seed)
    histories = [history(chance) for _ in range(100)]
    assert shortest(histories, modules.run(PLAY, histories)) is None
