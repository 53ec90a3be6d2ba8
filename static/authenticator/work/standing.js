// How accounts of organisations stand on this phone: what the portal said last, kept for when it
// cannot be asked. Names and secrets are in the document; here are ids and states.
import { isWork } from "../lk1/document.js";
import { read, write } from "../store.js";
import { _ } from "../words.js";

const ROW = ["meta", "work"];
const listeners = new Set();
let known = { states: {}, claimed: [] };

read(ROW)
  .then(([row]) => {
    if (row) tell(row);
  })
  .catch(() => {}); // the list says by itself when nothing can be read

const tell = (row) => {
  known = row;
  for (const listener of [...listeners]) listener();
};

/** Call this whenever something is known anew; gives the function that ends that. */
export const listen = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Keep what is known now: `act(known)` works on a copy. */
export const note = async (act) => {
  const row = structuredClone(known);
  act(row);
  if (JSON.stringify(row) === JSON.stringify(known)) return;
  await write({ put: [[...ROW, row]], isAside: true });
  tell(row);
};

/** Whom the organisation says to ask; "" if it does not. */
export const helpFor = ({ work }) => known.states[work.enrolment]?.help ?? "";

/** Whether a secret of this account is here that the portal has not counted yet. */
export const isClaimed = ({ work }) => known.claimed.includes(work.enrolment);

const required = ({ secret }) =>
  secret
    ? _("Action required: the codes it makes here are not taken any more.")
    : _("Action required: this phone makes no codes for it.");

const WORDS = {
  action_required: required,
  enrolled: required, // on another phone
  asked: () => _("The organisation is asked. We’ll e-mail you when it answers."),
  approved: () => _("Ready: make a code on your page in the portal, and scan it here."),
  ended: () => _("The organisation ended this account. Its codes are not taken any more."),
};

const ACTS = { action_required: "ask", enrolled: "ask", approved: "scan" };

/**
 * What is to be said and done about an account: `{words, act}`, `act` one of ask · scan · send (the
 * first code) · "". `null` for one that works, and for every account that is no organisation's.
 */
export const standing = (entry) => {
  if (!isWork(entry)) return null;
  if (isClaimed(entry)) return { words: _("The portal still waits for its first code."), act: "send" };
  const { state, here } = known.states[entry.work.enrolment] ?? {};
  if (entry.secret && (here || !state)) return null;
  const name = state in WORDS ? state : "action_required";
  return { words: WORDS[name](entry), act: ACTS[name] ?? "" };
};
