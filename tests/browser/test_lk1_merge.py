"""Two phones' accounts brought together: nothing is lost, in any order, however often."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.browser.authenticator import KEY, Phone
from tests.browser.backups import BATCHES, asked, document, entry, shortest
from tests.browser.histories import PLAY
from tests.lk1 import Json

pytestmark = pytest.mark.no_rows
MERGE = """
const { merge } = await use("lk1/merge");
return JSON.stringify(JSON.parse(given).map(([base, mine, theirs]) =>
  merge({ base, a: { doc: mine, phone: "Pixel 7" }, b: { doc: theirs, phone: "iPhone" } })));
"""
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


# --- By name -----------------------------------------------------------------------------------


def account(name: str = ONE, **more: Any) -> Json:
    return entry(id=name, revision=1, changed=10, created=1, order=1, **more)


def gone(of: Json) -> Json:
    return {"id": of["id"], "revision": of["revision"] + 1, "changed": 20, "gone": True}


def merged(phone: Phone, base: Json | None, mine: Json, theirs: Json) -> Json:
    """The one entry of a merge of documents with one entry each."""
    docs = [base and document(base), document(mine), document(theirs)]
    [found] = asked(phone, MERGE, [docs])
    [only] = found["entries"]
    return dict(only)


def after(of: Json, **changes: Any) -> Json:
    return {**of, **changes, "revision": of["revision"] + 1, "changed": of["changed"] + 10}


def test_what_one_side_changed_is_taken(modules: Phone) -> None:
    base = account(notes="old", later={"kept": [1]})
    assert merged(modules, base, after(base, notes="new"), base) == after(base, notes="new")
    assert merged(modules, base, base, after(base, notes="new")) == after(base, notes="new")


def test_a_counter_only_goes_up_and_is_no_conflict(modules: Phone) -> None:
    base = account(type="hotp", counter=3)
    mine, theirs = after(base, counter=9), after(after(base, counter=4), label="b")
    found = merged(modules, base, mine, theirs)
    assert (found["counter"], found["label"]) == (9, "b")
    anew = after(base, secret="ANOTHERKEY", counter=0)
    assert merged(modules, base, mine, anew)["counter"] == 0


def test_what_both_changed_is_kept_twice_and_named_after_its_phone(modules: Phone) -> None:
    base = account(notes="old")
    mine, theirs = after(base, notes="mine"), after(after(base, notes="theirs"))
    for known in (document(base), None):
        [found] = asked(modules, MERGE, [[known, document(mine), document(theirs)]])
        [kept] = [each for each in found["entries"] if each["id"] == ONE]
        [copy] = [each for each in found["entries"] if each["id"] != ONE]
        assert (kept["notes"], kept["label"]) == ("theirs", "a")
        assert (copy["notes"], copy["label"]) == ("mine", "a (Pixel 7)")
        assert copy["id"][14] == "8"
        [again] = asked(modules, MERGE, [[known, document(mine), found]])
        assert again == found


def test_a_change_wins_over_a_delete_and_a_delete_over_nothing(modules: Phone) -> None:
    base = account()
    edited, thrown = after(base, label="b"), after(base, trashed=15)
    assert merged(modules, base, gone(base), edited)["label"] == "b"
    assert merged(modules, base, thrown, edited) == edited
    assert merged(modules, base, gone(base), base) == gone(base)
    assert merged(modules, base, base, thrown) == thrown
    assert merged(modules, thrown, gone(thrown), after(thrown, trashed=0))["secret"] == KEY


def test_without_a_base_a_mark_wins_over_what_is_surely_older(modules: Phone) -> None:
    base = account()
    assert merged(modules, None, gone(base), base) == gone(base)
    assert "gone" not in merged(modules, None, gone(base), after(after(base, label="b")))


def test_the_same_account_counts_once_and_a_shared_key_does_not(modules: Phone) -> None:
    old, new = account(notes="kept"), account(TWO, tags=["t"]) | {"created": 2}
    other = account(IDS[2], issuer="Bank")
    [found] = asked(modules, MERGE, [[None, document(new), document(old, other)]])
    first, second, mark = sorted(found["entries"], key=lambda each: "gone" in each)
    assert first == old | {"tags": ["t"]}
    assert second == other
    assert mark == {"id": TWO, "revision": 2, "changed": 10, "gone": True}
    apart = new | {"notes": "other words"}
    [found] = asked(modules, MERGE, [[None, document(apart), document(old)]])
    assert len(found["entries"]) == 2


def test_settings_local_parts_and_unknown_ones_come_along(modules: Phone) -> None:
    mine = document(backup={"token": "t"}) | {"settings": {"hidden": True, "changed": 5, "a": 1}}
    theirs = document(later=[1]) | {"settings": {"hidden": False, "changed": 9, "b": 2}}
    [found, newest] = asked(modules, MERGE, [[None, mine, theirs], [mine, mine, theirs]])
    assert found["settings"] == {"hidden": False, "changed": 9, "a": 1, "b": 2}
    assert (found["backup"], found["later"]) == ({"token": "t"}, [1])
    assert newest["backup"] == {"token": "t"}


def test_an_account_of_an_organisation_keeps_its_secret_on_its_phone(modules: Phone) -> None:
    mine = account(work={"id": "w"})
    theirs = {name: value for name, value in mine.items() if name != "secret"}
    assert merged(modules, None, mine, theirs) == mine
    assert merged(modules, theirs, mine, after(theirs, label="b"))["secret"] == KEY


def test_a_document_of_a_newer_app_is_not_merged(modules: Phone) -> None:
    body = """const { merge } = await use("lk1/merge");
    const [a, b] = given.map((doc) => ({ doc, phone: "x" }));
    try { return merge({ base: null, a, b }); } catch (error) { return error.code; }"""
    assert modules.run(body, [document(), {**document(), "format": 2}]) == "newer"


def test_a_look_beforehand_sorts_what_a_backup_would_bring(modules: Phone) -> None:
    here, moved = account(label="here"), account(TWO, label="twin")
    changed, thrown = account(IDS[2], label="mine"), account(IDS[3], label="out")
    only = account("e" * 8 + IDS[0][8:], label="only")
    twin = {**moved, "id": "f" * 8 + IDS[0][8:]}
    mine = document(here, twin, changed, {**thrown, "trashed": 5}, only)
    new = account("9" * 8 + IDS[0][8:], label="new")
    theirs = document({**here, "order": 9}, moved, {**changed, "label": "theirs"}, thrown, new)
    theirs["entries"].append(gone(account("8" * 8 + IDS[0][8:])))
    body = """const { describe } = await use("lk1/merge");
    const [mine, theirs] = JSON.parse(given);
    return JSON.stringify(describe({ mine, theirs }));"""
    found = asked(modules, body, [mine, theirs])
    labels = {name: [each.get("label") for each in found[name]] for name in ("new", "here", "only")}
    assert labels == {"new": ["new"], "here": ["here", "twin"], "only": ["only"]}
    pairs = [(each["mine"]["label"], each["theirs"]["label"]) for each in found["differs"]]
    assert pairs == [("mine", "theirs"), ("out", "out")]
