// When two states of an account are the same one, and which of two comes first.
import { canonical } from "./bytes.js";
import { isWork } from "./document.js";

const ABOUT_IT = ["id", "revision", "changed", "trashed", "gone"];
const SECRET_OF_WORK = ["secret", "raw"]; // never in a backup: its absence says nothing
const OPTIONAL = ["tags", "notes", "recovery"]; // empty is as good as not there

/** What is settled by itself, so that two who moved it do not contradict each other. */
export const ASIDE = /** @type {const} */ (["order", "pinned", "created"]);

/** @param {any} value */
const isEmpty = (value) => !value || value.length === 0;

/** @param {Entry} entry */
const isContent = (entry) => {
  const left = [...ABOUT_IT, ...ASIDE, "counter", ...(isWork(entry) ? SECRET_OF_WORK : [])];
  return (/** @type {[string, unknown]} */ [name, value]) =>
    !left.includes(name) && value !== undefined && !(OPTIONAL.includes(name) && isEmpty(value));
};

/**
 * What an account is: all but its place in the list, its counter and its history.
 * @param {Entry} entry
 */
export const contentOf = (entry) => Object.fromEntries(Object.entries(entry).filter(isContent(entry)));

/**
 * What an account of an organisation has beside its content, and only on a phone.
 * @param {any} entry
 */
export const secretsOf = (entry) => {
  const names = isWork(entry) ? SECRET_OF_WORK.filter((name) => entry[name]) : [];
  return Object.fromEntries(names.map((name) => [name, entry[name]]));
};

/**
 * How far it is on its way out: 0 in the list, 1 in the trash, 2 gone but for a mark.
 * @param {Entry} entry
 */
export const stageOf = (entry) => {
  if (entry.gone) return 2;
  return entry.trashed ? 1 : 0;
};

/** @param {unknown} x @param {unknown} y */
export const isSame = (x, y) => canonical(x) === canonical(y);

/**
 * Tell whether nothing was done to an account but counting and moving.
 * @param {Entry} x
 * @param {Entry} y
 */
export const isUnchanged = (x, y) =>
  stageOf(x) === stageOf(y) && isSame(contentOf(x), contentOf(y));

/** @param {any} x @param {any} y */
const compare = (x, y) => (x < y ? -1 : Number(x > y));

/** @param {Entry} entry */
const whole = (entry) => [contentOf(entry), secretsOf(entry)];

/**
 * The two with the later one first, in whatever order they came; `look` decides between equals.
 * @param {Entry} x
 * @param {Entry} y
 * @param {(entry: Entry) => unknown} [look]
 * @returns {[Entry, Entry]}
 */
export const newestFirst = (x, y, look = whole) => {
  /** @param {Entry} entry */
  const rank = (entry) => [entry.changed ?? 0, entry.revision ?? 0, canonical(look(entry))];
  const other = rank(y);
  const differences = rank(x).map((value, at) => compare(value, other[at]));
  return (differences.find(Boolean) ?? 0) < 0 ? [y, x] : [x, y];
};

/**
 * Tell whether one state surely came after the other, where nobody knows what both came from.
 * @param {Entry} x
 * @param {Entry} y
 */
export const isSurelyAfter = (x, y) =>
  (x.revision ?? 0) > (y.revision ?? 0) && (x.changed ?? 0) >= (y.changed ?? 0);
