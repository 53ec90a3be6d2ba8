// The rows that hold the document: two whole generations, and what changed since, one small row for each change of
// a long list. A whole one comes into the slot of the older; what lies before the older of the two is not needed.
import { applied, difference } from "../otp/difference.js";
import { seal, unseal } from "../core/storage/encryption.js";

const LONG = 64 * 1024; // bytes of a whole generation from which on a save writes what changed
const MOST = 32; // changes until both are put together
const SHARE = 4; // a change of more than a quarter is not worth a row of its own

/**
 * What the row of a change is sealed for, beside its number: no row can stand for one of the other kind.
 * @param {number} generation
 */
export const labelOf = (generation) => `change/${generation}`;

/**
 * The highest number that was ever written: of `[slot 0, slot 1, the last change]`, or of any rows.
 * @param {Head[]} rows
 */
export const generationOf = (rows) => Math.max(0, ...rows.map((row) => row?.generation ?? 0));

/**
 * Follow the changes from one generation on, as far as they are there and can be opened.
 * @param {VaultDocument} doc
 * @param {number} generation
 * @param {SealedRow[]} changes
 * @param {CryptoKey} key
 */
const followed = async (doc, generation, changes, key) => {
  const byNumber = new Map(changes.map((row) => [row.generation, row]));
  const found = { doc, generation, at: 0, changes: 0 };
  for (let row = byNumber.get(generation + 1); row; row = byNumber.get(found.generation + 1)) {
    try {
      const change = await unseal(key, row, labelOf(row.generation));
      Object.assign(found, { doc: applied(found.doc, change), generation: row.generation, at: row.at });
      found.changes += 1;
    } catch {
      break; // damaged: what comes after it stands on it
    }
  }
  return found;
};

/**
 * @param {{ row: SealedRow, slot: number }} given
 * @param {SealedRow[]} changes
 * @param {CryptoKey} key
 */
const opened = async ({ row, slot }, changes, key) => {
  try {
    const doc = await unseal(key, row);
    const found = await followed(doc, row.generation, changes, key);
    return { ...found, at: found.at || row.at, slot, size: row.sealed.byteLength };
  } catch {
    return null; // damaged: the other one is there for this
  }
};

/**
 * Open the newest state that can be opened: `{doc, generation, at, slot, size, changes}`, and whether a newer one
 * `isMissing`; `null` if there is none.
 * @param {(SealedRow | undefined)[]} rows
 * @param {SealedRow[]} changes
 * @param {CryptoKey} key
 */
export const newest = async (rows, changes, key) => {
  const slots = rows.flatMap((row, slot) => (row ? [{ row, slot }] : []));
  slots.sort((a, b) => b.row.generation - a.row.generation);
  const last = generationOf([...rows, ...changes]);
  let best = null;
  for (const each of slots) {
    const found = await opened(each, changes, key);
    if (found && (!best || found.generation > best.generation)) best = found;
    if (best?.generation === last) break;
  }
  return best && { ...best, isMissing: best.generation < last };
};

/**
 * @param {CryptoKey} key
 * @param {VaultDocument} doc
 * @param {{ generation: number, slot: number }} given
 */
const whole = async (key, doc, { generation, slot }) => {
  const row = await seal(key, doc, generation);
  return {
    put: [["vault", slot, row]],
    at: row.at,
    kept: { slot, size: row.sealed.byteLength, changes: 0, isMissing: false },
  };
};

/**
 * @param {CryptoKey} key
 * @param {unknown} change
 * @param {Kept} state
 * @param {number} generation
 */
const small = async (key, change, state, generation) => {
  const row = await seal(key, change, generation, labelOf(generation));
  if (row.sealed.byteLength * SHARE > state.size) return null;
  return { put: [["changes", generation, row]], at: row.at, kept: { changes: state.changes + 1 } };
};

/**
 * Whether it is time to put what changed together with the rest.
 * @param {{ changes: number }} given
 */
export const isScattered = ({ changes }) => changes >= MOST;

/**
 * The rows that make `doc` the next generation after `state`, and what `state` becomes by that. Accounts that are
 * as before become the very ones of before. `isWhole`: what went must lie in no change.
 * @param {Kept} state
 * @param {CryptoKey} key
 * @param {VaultDocument} doc
 * @param {boolean} isWhole
 */
export const nextRows = async (state, key, doc, isWhole) => {
  const generation = state.generation + 1;
  const change = difference(state.doc, doc);
  const isSmall = change && !isWhole && !state.isMissing && state.size > LONG && state.changes < MOST * 2;
  const rows = isSmall ? await small(key, change, state, generation) : null;
  const made = rows ?? (await whole(key, doc, { generation, slot: 1 - state.slot }));
  return { ...made, generation, drop: rows ? [] : before(state.wholeAt) };
};

/**
 * The rows of the same generation as a whole, in the slot of the older one.
 * @param {Kept} given
 * @param {CryptoKey} key
 */
export const wholeRows = async ({ doc, generation, slot, wholeAt }, key) => ({
  ...(await whole(key, doc, { generation, slot: 1 - slot })),
  generation,
  drop: before(wholeAt),
});

// The whole generation that becomes the older one stands for all that came before it.
/** @param {number} generation */
const before = (generation) =>
  generation ? [["changes", IDBKeyRange.upperBound(generation)]] : [];
