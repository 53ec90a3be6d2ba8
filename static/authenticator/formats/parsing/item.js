// What was found in an export, one by one: `{entry}`, or `{name, why}` of what cannot be taken.
import { plain } from "../../otp/link-label.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";

const SHOWN = 80; // characters of a name

/**
 * The sentence for the person: ours, or that something is broken, never the engine's own words.
 * @param {unknown} error
 */
export const reason = (error) =>
  error instanceof Refusal ? error.message : _("A part of it is missing or damaged.");

const TRASHED = "trashed";

/**
 * Refuse what its own app has thrown away: it is told apart, and does not come back to life.
 * @param {boolean} isTrashed
 */
export const refuseTrashed = (isTrashed) => {
  if (isTrashed) throw new Refusal(_("It is in the other app's trash."), "", TRASHED);
};

/** @param {unknown} value */
export const isObject = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** @param {unknown} value */
export const listOf = (value) => (Array.isArray(value) ? value : []);

/**
 * Try to make one account.
 * @param {unknown} name
 * @param {() => Account} make
 */
export const tried = (name, make) => {
  try {
    return { entry: make() };
  } catch (error) {
    const shown = { name: plain(name).slice(0, SHOWN) || "?", why: reason(error) };
    return asFailure(error).code === TRASHED ? { ...shown, isTrashed: true } : shown;
  }
};

/**
 * Make an account of each; one that is broken does not spoil the others.
 * @param {Json[]} list
 * @param {(each: Json) => unknown} nameOf
 * @param {(each: Json) => Account} make
 */
export const itemsOf = (list, nameOf, make) =>
  list.map((each, at) => {
    const named = isObject(each) ? plain(nameOf(each)) : "";
    const name = named || _("Entry %(number)s", { number: at + 1 });
    return tried(name, () => {
      if (!isObject(each)) throw new Refusal(_("A part of it is missing or damaged."));
      return make(each);
    });
  });

/**
 * Put what an account has beside its code into it, as far as it is what it should be.
 * @param {Account} entry
 * @param {{ notes?: unknown, tags?: unknown, pinned?: unknown }} given
 */
export const withMore = (entry, { notes, tags, pinned }) => {
  if (typeof notes === "string" && notes) entry.notes = notes;
  const named = [...new Set(listOf(tags).map(plain).filter(Boolean))];
  if (named.length) entry.tags = named;
  if (pinned === true) entry.pinned = true;
  return entry;
};
