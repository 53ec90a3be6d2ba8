// Two phones' accounts brought together, case by case; tests/browser/test_lk1_merge.py draws more.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";
import { KEY } from "./links.js";

const { describe, merge } = await import("../../static/authenticator/lk1/merge.js");

const idOf = (letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`;
const [ONE, TWO, THREE, FOUR] = [..."abcd"].map(idOf);

const account = (id = ONE, more = {}) => ({
  id,
  type: "totp",
  issuer: "Mail",
  label: "a",
  secret: KEY,
  revision: 1,
  changed: 10,
  created: 1,
  order: 1,
  ...more,
});
const held = (more) => account(ONE, more);
const documentOf = (entries, more = {}) => ({ format: 1, entries, settings: {}, ...more });
const gone = ({ id, revision }) => ({ id, revision: revision + 1, changed: 20, gone: true });
const after = (entry, changes) => ({
  ...entry,
  ...changes,
  revision: entry.revision + 1,
  changed: entry.changed + 10,
});
const brought = (base, mine, theirs) =>
  merge({ base, a: { doc: mine, phone: "Pixel 7" }, b: { doc: theirs, phone: "iPhone" } });

/** The one entry of a merge of documents with one entry each. */
const merged = (base, mine, theirs) => {
  const { entries } = brought(base && documentOf([base]), documentOf([mine]), documentOf([theirs]));
  assert.equal(entries.length, 1);
  return entries[0];
};

test("what one side changed is taken", () => {
  const base = held({ notes: "old", later: { kept: [1] } });
  const changed = after(base, { notes: "new" });
  assert.deepEqual(merged(base, changed, base), changed);
  assert.deepEqual(merged(base, base, changed), changed);
});

test("a counter only goes up and is no conflict", () => {
  const base = held({ type: "hotp", counter: 3 });
  const mine = after(base, { counter: 9 });
  const found = merged(base, mine, after(after(base, { counter: 4 }), { label: "b" }));
  assert.deepEqual([found.counter, found.label], [9, "b"]);
  const anew = after(base, { secret: "ANOTHERKEY", counter: 0 });
  assert.equal(merged(base, mine, anew).counter, 0);
});

test("what both changed is kept twice and named after its phone", () => {
  const base = held({ notes: "old" });
  const mine = documentOf([after(base, { notes: "mine" })]);
  const theirs = documentOf([after(after(base, {}), { notes: "theirs" })]);
  for (const known of [documentOf([base]), null]) {
    const found = brought(known, mine, theirs);
    const [kept, ...others] = found.entries.filter(({ id }) => id === ONE);
    const [copy, ...more] = found.entries.filter(({ id }) => id !== ONE);
    assert.deepEqual([others, more], [[], []]);
    assert.deepEqual([kept.notes, kept.label], ["theirs", "a"]);
    assert.deepEqual([copy.notes, copy.label], ["mine", "a (Pixel 7)"]);
    assert.equal(copy.id[14], "8");
    assert.deepEqual(brought(known, mine, found), found);
  }
});

test("a change wins over a delete, and a delete over nothing", () => {
  const base = held();
  const [edited, thrown] = [after(base, { label: "b" }), after(base, { trashed: 15 })];
  assert.equal(merged(base, gone(base), edited).label, "b");
  assert.deepEqual(merged(base, thrown, edited), edited);
  assert.deepEqual(merged(base, gone(base), base), gone(base));
  assert.deepEqual(merged(base, base, thrown), thrown);
  assert.equal(merged(thrown, gone(thrown), after(thrown, { trashed: 0 })).secret, KEY);
});

test("without a base a mark wins over what is surely older", () => {
  const base = held();
  assert.deepEqual(merged(null, gone(base), base), gone(base));
  assert.ok(!("gone" in merged(null, gone(base), after(after(base, { label: "b" }), {}))));
});

test("the same account counts once, and a shared key does not", () => {
  const old = held({ notes: "kept" });
  const young = account(TWO, { tags: ["t"], created: 2 });
  const other = account(THREE, { issuer: "Bank" });
  const found = brought(null, documentOf([young]), documentOf([old, other]));
  const inOrder = found.entries.toSorted((x, y) => Number("gone" in x) - Number("gone" in y));
  assert.deepEqual(inOrder, [
    { ...old, tags: ["t"] },
    other,
    { id: TWO, revision: 2, changed: 10, gone: true },
  ]);
  const apart = { ...young, notes: "other words" };
  assert.equal(brought(null, documentOf([apart]), documentOf([old])).entries.length, 2);
});

test("settings, local parts and unknown ones come along", () => {
  const mine = documentOf([], {
    backup: { token: "t" },
    settings: { hidden: true, changed: 5, a: 1 },
  });
  const theirs = documentOf([], { later: [1], settings: { hidden: false, changed: 9, b: 2 } });
  const found = brought(null, mine, theirs);
  assert.deepEqual(found.settings, { hidden: false, changed: 9, a: 1, b: 2 });
  assert.deepEqual([found.backup, found.later], [{ token: "t" }, [1]]);
  assert.deepEqual(brought(mine, mine, theirs).backup, { token: "t" });
});

test("an account of an organisation keeps its secret on its phone", () => {
  const mine = held({ work: { id: "w" } });
  const { secret: _secret, ...theirs } = mine;
  assert.deepEqual(merged(null, mine, theirs), mine);
  assert.equal(merged(theirs, mine, after(theirs, { label: "b" })).secret, KEY);
});

test("a document of a newer app is not merged", () => {
  assert.throws(() => brought(null, documentOf([]), documentOf([], { format: 2 })), {
    code: "newer",
  });
});

test("a look beforehand sorts what a backup would bring", () => {
  const [here, moved] = [held({ label: "here" }), account(TWO, { label: "twin" })];
  const [changed, thrown] = [account(THREE, { label: "mine" }), account(FOUR, { label: "out" })];
  const only = account(idOf("e"), { label: "only" });
  const twin = { ...moved, id: idOf("f") };
  const mine = documentOf([here, twin, changed, { ...thrown, trashed: 5 }, only]);
  const theirs = documentOf([
    { ...here, order: 9 },
    moved,
    { ...changed, label: "theirs" },
    thrown,
    account(idOf("9"), { label: "new" }),
    gone(account(idOf("8"))),
  ]);
  const found = describe({ mine, theirs });
  const labels = (entries) => entries.map(({ label }) => label);
  assert.deepEqual(labels(found.new), ["new"]);
  assert.deepEqual(labels(found.here), ["here", "twin"]);
  assert.deepEqual(labels(found.only), ["only"]);
  const pairs = found.differs.map((each) => labels([each.mine, each.theirs]));
  assert.deepEqual(pairs, [
    ["mine", "theirs"],
    ["out", "out"],
  ]);
});
