// Bringing two documents together against the one both came from: nothing is lost without a mark.
import { identity } from "../accounts/entries.js";
import { isNewer, isWork } from "./document.js";
import { newer } from "./refusals.js";
import { isUnchanged, stageOf } from "./compare.js";
import { defined, highest, joined, moved, settle } from "./merge-entry.js";

const OWN = ["entries", "settings", "backup"]; // parts of a document with rules of their own

/** @param {VaultDocument | null} doc */
const indexed = (doc) => new Map((doc?.entries ?? []).map((entry) => [entry.id, entry]));

/** @param {Entry} given */
const isNamed = ({ issuer, label, secret, raw }) =>
  typeof issuer === "string" && typeof label === "string" && Boolean(secret ?? raw);

/** @param {Entry} entry */
const isAlike = (entry) => stageOf(entry) === 0 && isNamed(entry) && !isWork(entry);

/** @param {Entry} x @param {Entry} y */
const oldestFirst = (x, y) =>
  (x.created ?? 0) - (y.created ?? 0) || (x.id < y.id ? -1 : Number(x.id > y.id));

/**
 * Accounts that only one side has and nobody had before, by what makes them the same one.
 * @param {Map<string, Entry>} mine
 * @param {Map<string, Entry>} theirs
 * @param {Map<string, Entry>} base
 */
const alone = (mine, theirs, base) => {
  /** @type {Map<string, Entry[]>} */
  const groups = new Map();
  for (const entry of mine.values()) {
    if (theirs.has(entry.id) || base.has(entry.id) || !isAlike(entry)) continue;
    const name = identity(entry);
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  for (const group of groups.values()) group.sort(oldestFirst);
  return groups;
};

/** @param {Entry} given */
const mark = ({ id, revision = 0, changed = 0 }) => ({ id, revision: revision + 1, changed, gone: true });

/**
 * Pairs of the same account under two ids, as one under the older id and a mark for the other.
 * @param {Map<string, Entry>} xs
 * @param {Map<string, Entry>} ys
 * @param {Map<string, Entry>} base
 */
const twins = (xs, ys, base) => {
  const others = alone(ys, xs, base);
  const pairs = [...alone(xs, ys, base)].flatMap(([name, group]) =>
    (others.get(name) ?? []).slice(0, group.length).map((y, at) => [group[at], y]),
  );
  return pairs.flatMap((pair) => {
    const [kept, dropped] = pair.sort(oldestFirst);
    const names = { issuer: kept.issuer, label: kept.label };
    const entry = joined(kept, { ...dropped, ...names });
    return entry ? [{ ...entry, id: kept.id }, mark(dropped)] : [];
  });
};

/** @param {VaultDocument | null} base @param {Side} a @param {Side} b */
const entriesOf = (base, a, b) => {
  const [old, xs, ys] = [indexed(base), indexed(a.doc), indexed(b.doc)];
  /** @param {Entry} entry */
  const phoneOf = (entry) => (xs.get(entry.id) === entry ? a.phone : b.phone);
  const found = new Map([...xs, ...ys]);
  const copies = [];
  for (const [id, x] of xs) {
    const y = ys.get(id);
    if (!y) continue;
    const { entry, copy } = settle(old.get(id), x, y, phoneOf);
    found.set(id, entry);
    if (copy) copies.push(copy);
  }
  for (const entry of twins(xs, ys, old)) found.set(entry.id, entry);
  for (const copy of copies) if (!found.has(copy.id)) found.set(copy.id, copy);
  return [...found.values()];
};

/** @param {{ entries: Entry[] }} doc */
const namesOf = (doc) => doc.entries.map((entry) => entry.id).join();

/** @param {Entry} x @param {Entry} y */
const byPlace = (x, y) =>
  (x.order ?? Infinity) - (y.order ?? Infinity) || (x.id < y.id ? -1 : Number(x.id > y.id));

/**
 * As they stood, if both have them in the same order; else by their place.
 * @param {Entry[]} entries
 * @param {Side} a
 * @param {Side} b
 */
const arranged = (entries, a, b) => {
  const isKept = [a, b].every(({ doc }) => namesOf(doc) === namesOf({ entries }));
  return isKept ? entries : entries.sort(byPlace);
};

/**
 * @param {any} base
 * @param {any} x
 * @param {any} y
 * @param {(x: any, y: any) => any} [choose]
 */
const fieldsOf = (base, x, y, choose) =>
  defined(
    Object.fromEntries(
      [...new Set([...Object.keys(x), ...Object.keys(y)])].map((name) => [
        name,
        moved(base?.[name], x[name], y[name], choose),
      ]),
    ),
  );

/**
 * The settings of both; what both changed is taken from the side that changed them last.
 * @param {Settings | undefined} base
 * @param {Settings} x
 * @param {Settings} y
 */
const settingsOf = (base, x, y) => {
  const [one, other] = [x.changed ?? 0, y.changed ?? 0];
  /** @type {(mine: any, theirs: any) => any} */
  const last = (mine, theirs) => (one > other ? mine : theirs);
  const changed = highest(x.changed, y.changed);
  return defined({ ...fieldsOf(base, x, y, one === other ? undefined : last), changed });
};

/** @param {object | null} doc @param {string[]} names */
const without = (doc, names) =>
  Object.fromEntries(Object.entries(doc ?? {}).filter(([name]) => !names.includes(name)));

/**
 * The document of two phones. `base` is the version both came from, or `null`; `a` and `b` are
 * `{doc, phone}` with the phone's name, in any order. What belongs to this phone alone (`backup`)
 * is taken from the side that has it. Merging the result with either side again changes nothing.
 * @param {{ base: VaultDocument | null, a: Side, b: Side }} given
 * @returns {VaultDocument}
 */
export const merge = ({ base, a, b }) => {
  if ([base, a.doc, b.doc].some((doc) => doc && isNewer(doc))) throw newer();
  const [rest, x, y] = [base, a.doc, b.doc].map((doc) => without(doc, OWN));
  const doc = {
    ...fieldsOf(rest, x, y),
    entries: arranged(entriesOf(base, a, b), a, b),
    settings: settingsOf(base?.settings, a.doc.settings, b.doc.settings),
  };
  const backup = a.doc.backup ?? b.doc.backup;
  return structuredClone(backup ? { ...doc, backup } : doc);
};

/**
 * What a backup would bring: `here` as it is, `new`, or as `{mine, theirs}` in `differs`; `only` is
 * what it does not have.
 * @param {{ mine: VaultDocument, theirs: VaultDocument }} given
 */
export const describe = ({ mine, theirs }) => {
  const held = indexed(mine);
  const known = new Set(mine.entries.filter(isAlike).map(identity));
  /** @type {{ new: Entry[], here: Entry[], differs: { mine: Entry, theirs: Entry }[] }} */
  const groups = { new: [], here: [], differs: [] };
  const found = theirs.entries.filter((entry) => stageOf(entry) === 0);
  for (const entry of found) {
    const own = held.get(entry.id);
    const isHere = own ? isUnchanged(own, entry) : isAlike(entry) && known.has(identity(entry));
    if (isHere) groups.here.push(entry);
    else if (own) groups.differs.push({ mine: own, theirs: entry });
    else groups.new.push(entry);
  }
  return { ...groups, only: onlyIn(mine, theirs, found) };
};

/** @param {VaultDocument} mine @param {VaultDocument} theirs @param {Entry[]} found */
const onlyIn = (mine, theirs, found) => {
  const ids = indexed(theirs);
  const names = new Set(found.filter(isAlike).map(identity));
  return mine.entries.filter(
    (entry) =>
      stageOf(entry) === 0 && !ids.has(entry.id) && !(isAlike(entry) && names.has(identity(entry))),
  );
};
