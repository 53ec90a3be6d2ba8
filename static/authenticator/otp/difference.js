// What a change made of a document, so that a save writes that alone: accounts that were put or dropped, and the
// fields beside them. The document before it and this give the document after it, to the letter.
const SHARED = ["base", "pending"]; // in `backup`: replaced as a whole, and never changed

/** @param {any} value @returns {boolean} */
const isObject = (value) => value !== null && typeof value === "object";

/**
 * A copy of plain data; cheaper than `structuredClone`, which thousands of accounts make slow.
 * @param {any} value
 * @returns {any}
 */
const copied = (value) => {
  if (Array.isArray(value)) return value.map(copied);
  if (!isObject(value)) return value;
  /** @type {Record<string, any>} */
  const made = {};
  for (const name in value) made[name] = copied(value[name]);
  return made;
};

/** @param {any} a @param {any} b @returns {boolean} */
const isSame = (a, b) => {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => name in b && isSame(a[name], b[name]));
};

/** @param {Backup} backup */
const copiedBackup = (backup) => {
  const made = Object.entries(backup).map(([name, value]) => [
    name,
    SHARED.includes(name) ? value : copied(value),
  ]);
  return Object.fromEntries(made);
};

/**
 * A document that may be changed, and nothing of the one it was made from with it.
 * @param {VaultDocument} doc
 */
export const draftOf = (doc) => {
  const { backup, ...rest } = doc;
  const made = copied(rest);
  if (backup) made.backup = copiedBackup(backup);
  return made;
};

/** @param {Record<string, any>} before @param {Record<string, any>} after */
const fieldsOf = (before, after) => {
  /** @type {Fields["put"]} */
  const put = {};
  for (const name in after) {
    if (!(name in before && isSame(before[name], after[name]))) put[name] = after[name];
  }
  return { put, drop: Object.keys(before).filter((name) => !(name in after)) };
};

/** @param {VaultDocument} given */
const without = ({ entries: _entries, backup: _backup, ...rest }) => rest;
/** @param {{ entries: Entry[] }} given */
const idsOf = ({ entries }) => entries.map(({ id }) => id);
/** @param {string[]} one @param {string[]} other */
const isOrdered = (one, other) => one.length === other.length && one.every((id, at) => id === other[at]);

/**
 * The change from one document to the next, or `null` where accounts cannot be told apart by their ids.
 * Accounts that did not change become the same objects in `after`, so that they can be told apart by identity.
 * @param {VaultDocument} before
 * @param {VaultDocument} after
 */
export const difference = (before, after) => {
  const known = new Map(before.entries.map((entry) => [entry.id, entry]));
  const ids = new Set(idsOf(after));
  if (known.size !== before.entries.length || ids.size !== after.entries.length) return null;
  /** @type {Entry[]} */
  const put = [];
  after.entries = after.entries.map((entry) => {
    const same = known.get(entry.id);
    if (same && isSame(same, entry)) return same;
    put.push(entry);
    return entry;
  });
  const drop = [...known.keys()].filter((id) => !ids.has(id));
  /** @type {Change} */
  const made = { put, drop, fields: fieldsOf(without(before), without(after)) };
  if (before.backup || after.backup) {
    made.backup = after.backup ? fieldsOf(before.backup ?? {}, after.backup) : null;
  }
  const order = idsOf(after);
  if (!isOrdered(idsOf(applied(before, made)), order)) made.order = order;
  return made;
};

/** @param {object} object @param {Fields} given */
const withFields = (object, { put, drop }) => {
  const made = /** @type {Record<string, any>} */ ({ ...object, ...put });
  for (const name of drop) delete made[name];
  return made;
};

/**
 * The document that a change makes of another one.
 * @param {VaultDocument} doc
 * @param {Change} given
 */
export const applied = (doc, { put, drop, fields, backup, order }) => {
  const gone = new Set(drop);
  const fresh = new Map(put.map((entry) => [entry.id, entry]));
  const entries = [];
  for (const entry of doc.entries) {
    if (gone.has(entry.id)) continue;
    entries.push(fresh.get(entry.id) ?? entry);
    fresh.delete(entry.id);
  }
  entries.push(...fresh.values());
  const made = /** @type {VaultDocument} */ ({ ...withFields(without(doc), fields), entries });
  if (order) {
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    made.entries = order.flatMap((id) => byId.get(id) ?? []);
  }
  if (backup) made.backup = /** @type {Backup} */ (withFields(doc.backup ?? {}, backup));
  else if (backup === undefined && doc.backup) made.backup = doc.backup;
  return made;
};
