// The time codes are made from: that of the phone, put right by the portal's if they differ and the
// person does not say otherwise.
import { within } from "../core/patience.js";
import { read, write } from "../core/storage/indexed-db.js";

const SOURCE = "/healthz";
const TOLERANCE = 3000; // milliseconds; the portal tells whole seconds
const SLOWEST = 5000; // milliseconds an answer may take to be worth anything
/** @type {[string, string]} */
const ROW = ["meta", "clock"];
const DAY = 86_400_000;

// By how much the phone is behind the portal, when the portal said so, and whose time codes use
// ("phone", or "" for the portal's). Kept, as a phone without the network is as wrong as with it.
let kept = { offset: 0, at: 0, choice: "" };
let written = kept; // what is on the phone
let isTold = false;

/** The time by the portal, in milliseconds: for all that nobody may move by setting a clock. */
export const now = () => Date.now() + kept.offset;

/** The time that codes are made from. */
export const codeTime = () => (kept.choice === "phone" ? Date.now() : now());

/** `{offset, at, choice}` as above, and whether the portal told the time since the start. */
export const clock = () => ({ ...kept, isTold });

/** Tell whether the portal has told the time since the start. */
export const isCertain = () => isTold;

/** Take up what the portal said last; without it all begins as if the two clocks agreed. */
export const recall = async () => {
  const [row] = await read(ROW).catch(() => []);
  if (row) written = row;
  if (row && !isTold) kept = row;
};

/** @param {Clock} given */
const isWorthKeeping = ({ offset, at, choice }) =>
  offset !== written.offset || choice !== written.choice || (offset && at - written.at > DAY);

// Codes are right now even where nothing can be stored.
/** @param {Clock} state */
const keep = (state) => {
  kept = state;
  if (!isWorthKeeping(state)) return;
  const before = written;
  written = state;
  write({ put: [[...ROW, state]], isAside: true }).catch(() => {
    if (written === state) written = before; // at the next look it is tried again
  });
};

/**
 * Have codes use the clock of this "phone", or the portal's time.
 * @param {string} choice
 */
export const choose = (choice) => keep({ ...kept, choice });

/** @param {Response} answer @param {number} asked @param {number} answered */
const sample = (answer, asked, answered) => {
  const portalTime = Date.parse(answer.headers.get("Date") ?? "");
  const isOurs = answer.ok && !answer.redirected && answered - asked <= SLOWEST;
  return isOurs && portalTime ? portalTime + 500 - (asked + answered) / 2 : null;
};

/** Ask the portal for the time; without an answer all stays as it was. Tells if there is news. */
export const measure = async () => {
  const asked = Date.now();
  const leave = new AbortController();
  const ask = async () => {
    const answer = await fetch(SOURCE, {
      cache: "no-store",
      credentials: "omit",
      signal: leave.signal,
    });
    return { answer, answered: Date.now(), text: await answer.text() };
  };
  try {
    const found = await within(SLOWEST * 2, "the portal", ask(), () => leave.abort());
    const { answer, answered, text } = found;
    if (text.trim() !== "ok") return false; // somebody else's page
    const apart = sample(answer, asked, answered);
    if (apart === null) return false;
    const offset = Math.abs(apart) > TOLERANCE ? Math.round(apart / 1000) * 1000 : 0;
    const isNews = !isTold || offset !== kept.offset;
    // What was chosen was about this difference: about another one it is asked again.
    const isSame = offset && Math.abs(offset - kept.offset) <= TOLERANCE;
    isTold = true;
    keep({ offset, at: answered + offset, choice: isSame ? kept.choice : "" });
    return isNews;
  } catch {
    return false;
  }
};
