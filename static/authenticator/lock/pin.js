// The lock that only hides the page: a PIN, a growing wait after wrong ones, and a way out.
import { isCertain, measure, now } from "../otp/clock.js";
import { Refusal } from "../core/refusal.js";
import { read, write } from "../core/storage/indexed-db.js";
import { _, span } from "../core/i18n.js";

const ROUNDS = 600_000;
const FREE_TRIES = 5;
const WAIT = 30_000; // milliseconds, doubled with each try after those
const LONGEST = 3_600_000;
const FORGOTTEN = 24 * 3_600_000;
/** @type {[string, string]} */
const TRIES = ["meta", "tries"];

/** @param {string} pin @param {Bytes} salt @param {number} iterations */
const hashOf = async (pin, salt, iterations) => {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, [
    "deriveBits",
  ]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
};

/**
 * Without what a clipboard or a keyboard puts around digits.
 * @param {string} pin
 */
const bare = (pin) => pin.replace(/[^\p{L}\p{N}]/gu, "");

/**
 * Digits alone, at least four; refuses anything else.
 * @param {string} typed
 */
const checkPin = (typed) => {
  const pin = bare(typed);
  if (!/^\d{4,12}$/.test(pin)) throw new Refusal(_("A PIN has 4 to 12 digits."), "secret");
  return pin;
};

/**
 * The lock of a PIN.
 * @param {string} pin
 * @returns {Promise<PinLock>}
 */
export const makePin = async (pin) => {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  return { kind: "pin", salt, rounds: ROUNDS, hash: await hashOf(checkPin(pin), salt, ROUNDS) };
};

const state = async () => (await read(TRIES))[0] ?? { wrong: 0, at: 0, forgotten: 0 };

/** @param {{ wrong: number }} given */
const waitAfter = ({ wrong }) =>
  wrong < FREE_TRIES ? 0 : Math.min(LONGEST, WAIT * 2 ** (wrong - FREE_TRIES));

/**
 * Compare a PIN; each try is counted before it is judged. Refuses wrong and too early ones.
 * @param {string} pin
 * @param {PinLock} lock
 */
export const enterPin = async (pin, lock) => {
  const before = await state();
  const wait = waitAfter(before);
  const left = Math.min(wait, before.at + wait - now()); // `at` may be of a clock that was ahead
  if (left > 0) {
    throw new Refusal(_("Too many attempts. Wait %(time)s.", { time: span(left) }), "secret");
  }
  await write({ put: [[...TRIES, { ...before, wrong: before.wrong + 1, at: now() }]] });
  const hash = await hashOf(bare(pin), lock.salt, lock.rounds);
  if (hash.some((byte, at) => byte !== lock.hash[at])) {
    throw new Refusal(_("This PIN is not right."), "secret");
  }
  await write({ drop: [TRIES] });
};

/** Whoever holds the phone can set its clock: a day is one by the portal's. */
const hasPortalTime = async () => {
  if (!isCertain()) await measure();
  return isCertain();
};

/** Begin the day after which a forgotten PIN goes; gives its end. */
export const forget = async () => {
  if (!(await hasPortalTime())) {
    throw new Refusal(_("This goes by the portal's time, and the portal cannot be reached."));
  }
  const before = await state();
  const forgotten = before.forgotten || now();
  await write({ put: [[...TRIES, { ...before, forgotten }]] });
  return forgotten + FORGOTTEN;
};

/** When a forgotten PIN goes, in milliseconds; 0 if nobody said that it was forgotten. */
export const endOfForgotten = async () => {
  const { forgotten } = await state();
  return forgotten ? forgotten + FORGOTTEN : 0;
};

/** Whether the day of a forgotten PIN is over; never without the portal's time. */
export const isForgotten = async () => {
  if (!(await endOfForgotten()) || !(await hasPortalTime())) return false;
  const end = await endOfForgotten(); // somebody may have typed the PIN meanwhile
  return end > 0 && end <= now();
};

export const clearTries = () => write({ drop: [TRIES] });
