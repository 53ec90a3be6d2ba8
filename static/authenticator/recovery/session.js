// A recovery under way. It lives in memory, and in one tab at a time: another one may take it.
import { locksHere } from "../core/patience.js";

const LOCK = "latchkey-recovery";
/** @returns {Recovery} */
const fresh = () => ({
  offer: null, // what the portal said of the backup
  active: null, // the phone that saves now
  chosen: null, // the state to restore, with its envelope
  isOlder: false, // whether somebody chose it in the place of the newest
  secret: null, // the key of the vault
  by: "", // the slot that opened it, if one did
  tag: "", // what proves the key of that slot
  waits: null, // until a key is proved: `{from, takesOver}`, in milliseconds
  doc: null, // what was opened
  skipped: [], // newer states that could not be opened
  typed: {}, // by kind of slot
});

let state = fresh();
/** @type {((end?: unknown) => void) | null} */
let release = null; // set while this tab holds the lock
let lost = () => {};

/** The recovery as it stands; change it through `choose` and `keep`. */
export const session = () => state;

/**
 * What the recovery has to have where this is asked: without it the page leads elsewhere before.
 * @template {keyof Recovery} Name
 * @param {Name} name
 */
export const needed = (name) => {
  const found = state[name];
  if (found === null || found === undefined) throw new Error(`there is no ${name}`);
  return /** @type {NonNullable<Recovery[Name]>} */ (found);
};

/**
 * Note what was found out.
 * @param {Partial<Recovery>} found
 */
export const keep = (found) => Object.assign(state, found);

const clear = () => {
  state.secret?.fill(0);
  state = { ...fresh(), typed: state.typed };
};

/** @param {boolean} steal */
const hold = (steal) =>
  new Promise((resolve) => {
    const how = steal ? { steal: true } : { ifAvailable: true };
    const held = /** @type {LockManager} */ (locksHere()).request(LOCK, how, (/** @type {unknown} */ lock) => {
      resolve(Boolean(lock));
      return lock && new Promise((end) => (release = end));
    });
    held.catch(() => {
      release = null;
      clear();
      lost();
    });
  });

/**
 * Begin with a backup; false if another tab is at it, unless it is to be taken from there.
 * @param {Partial<Recovery>} found
 * @param {{ steal?: boolean }} [given]
 */
export const choose = async (found, { steal = false } = {}) => {
  clear();
  if (locksHere() && !release && !(await hold(steal))) return false;
  keep(found);
  return true;
};

/**
 * Call this if another tab takes the recovery.
 * @param {() => void} act
 */
export const whenLost = (act) => {
  lost = act;
};

/** Forget all of it, what was typed too. */
export const forget = () => {
  clear();
  state.typed = {};
  release?.();
  release = null;
};
