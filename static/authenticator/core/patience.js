// Waits with an end: for storage, locks, workers and scripts of which nobody knows that they answer.
import { Refusal, asFailure } from "./refusal.js";
import { _ } from "./i18n.js";

/** How long each wait may take, in milliseconds; then the person reads why. */
export const PATIENCE = {
  storage: 10_000,
  lock: 15_000,
  script: 20_000,
  worker: 120_000, // Argon2id in plain JavaScript on a slow phone
  install: 60_000,
};

/**
 * What is thrown when the wait ended: its name is "TimeoutError".
 * @param {string} what
 */
export const tooLate = (what) => Object.assign(new Error(`${what} does not answer`), { name: "TimeoutError" });

/**
 * The outcome of a promise, or an error after this many milliseconds; `giveUp()` is called first.
 * @template T
 * @param {number} length
 * @param {string} what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export const within = (length, what, promise, giveUp = () => {}) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      giveUp();
      reject(tooLate(what));
    }, length);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/**
 * Tell whether it failed because a wait ended.
 * @param {unknown} error
 */
export const isTooLate = (error) => {
  const { name, isTooLate: isSo } = asFailure(error);
  return name === "TimeoutError" || isSo === true;
};

/**
 * Run `act` while no other tab runs what has this name; refuses if one does for too long.
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} act
 * @returns {Promise<T>}
 */
export const exclusively = async (name, act, length = PATIENCE.lock) => {
  const locks = locksHere();
  if (!locks) return act();
  const leave = new AbortController();
  const timer = setTimeout(() => leave.abort(), length);
  try {
    return await locks.request(name, { signal: leave.signal }, () => {
      clearTimeout(timer); // only the wait ends: what has begun is let finish
      return act();
    });
  } catch (error) {
    if (leave.signal.aborted) throw new Refusal(_("Another tab of this app is busy. Close it, then try again."));
    throw error;
  } finally {
    clearTimeout(timer);
  }
};

/**
 * What the browser offers under this name; `null` where it has none, or lets this site have none.
 * @template {keyof Navigator} Name
 * @param {Name} name
 */
export const offered = (name) => {
  try {
    return navigator[name] ?? null;
  } catch {
    return null;
  }
};

/** Locks between tabs, or `null`. */
export const locksHere = () => offered("locks");

/**
 * Wait so many milliseconds, or until `signal` ends it; nothing is left listening to that.
 * @param {number} length
 * @param {AbortSignal} signal
 */
export const pause = (length, signal) =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve(null);
    };
    const timer = setTimeout(end, length);
    signal.addEventListener("abort", end);
  });

const FIRST = 10_000; // milliseconds until something is tried again, doubling to an hour
const LONGEST = 3_600_000;

/**
 * Do something in the background until it works: again after a while, and when the network is back.
 * `tell(isDone)` after each try says how it stands.
 * @param {() => any} act
 * @param {(isDone: boolean, error?: Failure) => void} [tell]
 */
export const persist = (act, tell = () => {}) => {
  let wait = FIRST;
  let timer = 0;
  let isBusy = false;
  const attempt = async () => {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    try {
      await act();
      window.removeEventListener("online", attempt);
      tell(true);
    } catch (error) {
      timer = setTimeout(attempt, wait);
      wait = Math.min(LONGEST, wait * 2);
      tell(false, asFailure(error));
    } finally {
      isBusy = false;
    }
  };
  window.addEventListener("online", attempt);
  return attempt();
};
