// How accounts of organisations stand on this phone: what the portal said last, kept for when it
// cannot be asked. Names and secrets are in the document; here are ids and states.
import { isWork } from "../lk1/document.js";
import { read, write } from "../core/storage/indexed-db.js";
import { _ } from "../core/i18n.js";

/** @type {[string, string]} */
const ROW = ["meta", "work"];
const listeners = new Set();
/** @type {WorkStates} */
let workStates = { states: {}, claimed: [] };

read(ROW)
  .then(([row]) => {
    if (row) tell(row);
  })
  .catch(() => {}); // the list says by itself when nothing can be read

/** @param {WorkStates} row */
const tell = (row) => {
  workStates = row;
  for (const listener of [...listeners]) listener();
};

/**
 * Call this whenever something is known anew; gives the function that ends that.
 * @param {() => void} listener
 */
export const listen = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/**
 * Keep what is known now: `act(workStates)` works on a copy.
 * @param {(workStates: WorkStates) => void} act
 */
export const note = async (act) => {
  const row = structuredClone(workStates);
  act(row);
  if (JSON.stringify(row) === JSON.stringify(workStates)) return;
  await write({ put: [[...ROW, row]], isAside: true });
  tell(row);
};

/**
 * What ties an account to its organisation.
 * @param {Entry} entry
 */
export const workOf = (entry) => /** @type {Work} */ (entry.work);

/**
 * Whom the organisation says to ask; "" if it does not.
 * @param {Entry} entry
 */
export const helpFor = (entry) => workStates.states[workOf(entry).enrolment]?.help ?? "";

/**
 * Whether a secret of this account is here that the portal has not counted yet.
 * @param {Entry} entry
 */
export const isClaimed = (entry) => workStates.claimed.includes(workOf(entry).enrolment);

/** @param {Entry} given */
const required = ({ secret }) =>
  secret
    ? _("Action required: the codes it makes here are not taken any more.")
    : _("Action required: this phone makes no codes for it.");

/** @type {Record<string, (entry: Entry) => string>} */
const WORDS = {
  action_required: required,
  enrolled: required, // on another phone
  asked: () => _("The organisation is asked. We’ll e-mail you when it answers."),
  approved: () => _("Ready: make a code on your page in the portal, and scan it here."),
  ended: () => _("The organisation ended this account. Its codes are not taken any more."),
};

/** @type {Record<string, string>} */
const ACTS = { action_required: "ask", enrolled: "ask", approved: "scan" };

/**
 * What is to be said and done about an account: `{words, act}`, `act` one of ask · scan · send (the
 * first code) · "". `null` for one that works, and for every account that is no organisation's.
 * @param {Entry} entry
 */
export const standing = (entry) => {
  if (!isWork(entry)) return null;
  if (isClaimed(entry)) return { words: _("The portal still waits for its first code."), act: "send" };
  const { state = "", here } = workStates.states[workOf(entry).enrolment] ?? {};
  if (entry.secret && (here || !state)) return null;
  const name = state in WORDS ? state : "action_required";
  return { words: WORDS[name](entry), act: ACTS[name] ?? "" };
};
