// One account of which two phones have a state each.
import { canonical, utf8 } from "./bytes.js";
import { isWork, outgoing } from "./document.js";
import {
  ASIDE,
  contentOf,
  isSame,
  isSurelyAfter,
  isUnchanged,
  newestFirst,
  secretsOf,
  stageOf,
} from "./compare.js";

const OFFSET = 0x6c62272e07bb014262b821756295c58dn; // FNV-1a, 128 bits: it keeps no secret
const PRIME = 0x1000000000000000000013bn;

/**
 * A UUID (version 8) that is the same for the same value.
 * @param {unknown} value
 */
const idOf = (value) => {
  let hash = OFFSET;
  for (const byte of utf8(canonical(value))) hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * PRIME);
  const hex = hash.toString(16).padStart(32, "0");
  const variant = "89ab"[parseInt(hex[16], 16) & 3];
  const tail = `8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${tail}`;
};

/** @param {any} x @param {any} y */
const chosen = (x, y) => {
  if (typeof x === "number" && typeof y === "number") return Math.min(x, y);
  return canonical(x) > canonical(y) ? x : y;
};

/**
 * One value: that of the side that changed it; if both did, `choose` between them.
 * @param {any} base
 * @param {any} x
 * @param {any} y
 */
export const moved = (base, x, y, choose = chosen) => {
  if (isSame(x, y) || isSame(y, base)) return x;
  return isSame(x, base) ? y : choose(x, y);
};

/**
 * The higher of two numbers, or what there is.
 * @param {number | undefined} x
 * @param {number | undefined} y
 */
export const highest = (x, y) => {
  const numbers = [x, y].filter((value) => typeof value === "number");
  return numbers.length ? Math.max(...numbers) : undefined;
};

/** @param {Entry} entry @param {Entry} other */
const counterOf = (entry, other) => {
  const isOther = entry.secret && other.secret && entry.secret !== other.secret;
  const isCounted = typeof entry.counter === "number" && !isOther;
  return isCounted ? highest(entry.counter, other.counter) : entry.counter;
};

/** @param {Entry} entry @param {Entry} other */
const history = (entry, other) => ({
  revision: highest(entry.revision, other.revision),
  changed: highest(entry.changed, other.changed),
});

/** @param {Entry | undefined} base @param {Entry} entry @param {Entry} other */
const aside = (base, entry, other) =>
  Object.fromEntries(ASIDE.map((name) => [name, moved(base?.[name], entry[name], other[name])]));

/** @param {Entry} entry @param {Entry} other */
const secrets = (entry, other) =>
  isWork(entry) && isWork(other) ? { ...secretsOf(other), ...secretsOf(entry) } : secretsOf(entry);

/**
 * Without the names that have no value.
 * @param {any} entry
 * @returns {any}
 */
export const defined = (entry) =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));

/**
 * What an entry is, with what of the other one does not contradict it: place, counter, history.
 * @param {Entry | undefined} base
 * @param {Entry} entry
 * @param {Entry} other
 */
const blend = (base, entry, other) => {
  if (entry.gone) return defined({ ...entry, ...history(entry, other) });
  const own = { ...contentOf(entry), ...secrets(entry, other), id: entry.id };
  const past = { ...history(entry, other), trashed: entry.trashed || undefined };
  const counter = counterOf(entry, other);
  const place = other.gone ? aside(base, entry, entry) : aside(base, entry, other);
  return defined({ ...own, ...place, counter, ...past });
};

/** @param {string[]} x @param {string[]} y */
const tagsOf = (x, y) => [...new Set([...x, ...y])].sort();

/**
 * Both contents in one, or `null` where they contradict each other.
 * @param {Entry} x
 * @param {Entry} y
 */
const union = (x, y) => {
  if (isWork(x) !== isWork(y)) return null;
  const [one, other] = [contentOf(x), contentOf(y)];
  const both = Object.keys(one).filter((name) => name in other && !isSame(one[name], other[name]));
  /** @param {string} name */
  const isTags = (name) => name === "tags" && Array.isArray(one.tags) && Array.isArray(other.tags);
  if (!both.every(isTags)) return null;
  return { ...one, ...other, ...(both.length ? { tags: tagsOf(one.tags, other.tags) } : {}) };
};

/**
 * One entry made of two that do not contradict each other, or `null`.
 * @param {Entry} x
 * @param {Entry} y
 */
export const joined = (x, y) => {
  const content = union(x, y);
  const [newest, other] = newestFirst(x, y, secretsOf);
  return content && blend(undefined, { ...newest, ...content }, other);
};

/** @param {Entry} base @param {Entry} entry */
const isEdited = (base, entry) => !isSame(contentOf(entry), contentOf(base));

/** @param {Entry} base @param {Entry} entry */
const isUnused = (base, entry) => isUnchanged(entry, base) && isSame(entry.counter, base.counter);

/**
 * Gone here and held there: what was changed or used stays; without a base, what came later.
 * @param {Entry | undefined} base
 * @param {Entry} x
 * @param {Entry} y
 */
const markOrEntry = (base, x, y) => {
  const [mark, entry] = x.gone ? [x, y] : [y, x];
  const isGone = base ? isUnused(base, entry) : isSurelyAfter(mark, entry);
  return isGone ? blend(base, mark, entry) : blend(base, entry, mark);
};

/**
 * In the trash here and in the list there: tells whether it is in the trash in the end.
 * @param {Entry | undefined} base
 * @param {Entry} x
 * @param {Entry} y
 */
const isThrownAway = (base, x, y) => {
  const [kept, thrown] = x.trashed ? [y, x] : [x, y];
  if (!base) return isSurelyAfter(thrown, kept);
  return !base.trashed && !isEdited(base, kept);
};

/** @param {Entry | undefined} base @param {Entry} x @param {Entry} y */
const trashTime = (base, x, y) => {
  const time = highest(x.trashed, y.trashed);
  if (stageOf(x) === stageOf(y)) return x.trashed ? time : undefined;
  return isThrownAway(base, x, y) ? time : undefined;
};

/** @param {Entry} entry @param {string} phone */
const label = (entry, phone) => [entry.label, phone && `(${phone})`].filter(Boolean).join(" ");

/**
 * The later change, and the other one under an id made of it, named after its phone.
 * @param {Entry | undefined} base
 * @param {Entry[]} given
 * @param {(entry: Entry) => string} phoneOf
 */
const conflict = (base, [newest, other], phoneOf) => {
  const id = idOf([other.id, contentOf(other)]);
  const copy = { ...blend(base, other, newest), id, label: label(other, phoneOf(other)) };
  return { entry: blend(base, newest, other), copy };
};

/**
 * @param {Entry | undefined} base
 * @param {Entry} x
 * @param {Entry} y
 * @param {(entry: Entry) => string} phoneOf
 * @returns {Settled}
 */
const contentFrom = (base, x, y, phoneOf) => {
  if (!isEdited(x, y)) return { entry: blend(base, ...newestFirst(x, y)) };
  if (base && !isEdited(base, x)) return { entry: blend(base, y, x) };
  if (base && !isEdited(base, y)) return { entry: blend(base, x, y) };
  const entry = base ? null : joined(x, y);
  return entry ? { entry } : conflict(base, newestFirst(x, y), phoneOf);
};

/**
 * @param {Entry | undefined} base
 * @param {Entry} x
 * @param {Entry} y
 * @param {(entry: Entry) => string} phoneOf
 * @returns {Settled}
 */
const settleHeld = (base, x, y, phoneOf) => {
  const trashed = trashTime(base, x, y);
  const { entry, copy } = contentFrom(base, x, y, phoneOf);
  const isPast = stageOf(x) !== stageOf(y) && trashed && !base; // of the one that was thrown away
  return { entry: defined({ ...entry, trashed }), copy: isPast ? undefined : copy };
};

/**
 * What becomes of an account: `{entry}`, and where both changed it `copy`, the earlier change, under
 * an id made of its content and named after its phone. `base` is what both came from, if known.
 * @param {Entry | undefined} base
 * @param {Entry} x
 * @param {Entry} y
 * @param {(entry: Entry) => string} phoneOf
 * @returns {Settled}
 */
export const settle = (base, x, y, phoneOf) => {
  if (isSame(outgoing(x), outgoing(y))) {
    return { entry: { ...x, ...secrets(...newestFirst(x, y, secretsOf)) } };
  }
  if (x.gone && y.gone) return { entry: blend(base, ...newestFirst(x, y)) };
  if (x.gone || y.gone) return { entry: markOrEntry(base, x, y) };
  return settleHeld(base?.gone ? undefined : base, x, y, phoneOf);
};
