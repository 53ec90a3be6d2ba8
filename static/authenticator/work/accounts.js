// Accounts of organisations: asking for a new code, taking the secret, proving it to the portal.
import { call, isRefused } from "../backup/portal/api.js";
import { now } from "../otp/clock.js";
import { codeAt, stepAt } from "../otp/codes.js";
import { add, byId, edit, living } from "../accounts/entries.js";
import { isUuid } from "../lk1/bytes.js";
import { isWork } from "../lk1/document.js";
import { makeEntry } from "../otp/otpauth.js";
import { Refusal, asFailure } from "../core/refusal.js";
import { change, current } from "../accounts/vault.js";
import { _ } from "../core/i18n.js";
import { isClaimed, note, workOf } from "./status.js";

const LENGTH = 28; // characters of a code
const GIVEN = ["id", "organisation", "label", "secret", "algorithm", "digits", "period"];

let turn = Promise.resolve();

/**
 * One call about these accounts at a time: an older answer never comes after a newer one.
 * @param {(...args: any[]) => any} act
 */
const inTurn =
  (act) =>
  (/** @type {any[]} */ ...args) => {
    const done = turn.then(() => act(...args));
    turn = done.catch(() => {});
    return done;
  };

/** The accounts of organisations in the list. */
export const accounts = () => living(current()).filter(isWork);

/**
 * An account has the id of the organisation's own, so that it is one on every phone.
 * @param {VaultDocument} doc
 * @param {any} given
 */
const put = (doc, { id, organisation, ...made }) => {
  const work = { enrolment: id, organisation };
  if (byId(doc, id)) return edit(doc, id, { ...made, work, trashed: 0 });
  doc.entries = doc.entries.filter((entry) => entry.id !== id); // what is left of one long thrown away
  return Object.assign(add(doc, { ...made, type: "totp", work }), { id });
};

/** @param {VaultDocument} doc */
const isMissing = (doc) => {
  const ids = new Set(doc.entries.map((entry) => entry.id));
  return (/** @type {Enrolment} */ { id, state }) => isUuid(id) && state !== "ended" && !ids.has(id);
};

/**
 * Put those in the list that this phone has never had, by name: they are to be set up.
 * @param {Enrolment[]} enrolments
 */
const addMissing = async (enrolments) => {
  const missing = enrolments.filter(isMissing(current()));
  if (missing.length === 0) return;
  /** @param {Enrolment} given */
  const names = ({ id, organisation, label }) => ({
    id,
    organisation,
    issuer: organisation,
    label,
    algorithm: "SHA1",
    digits: 6,
    period: 30,
  });
  await change((doc) => missing.filter(isMissing(doc)).forEach((each) => put(doc, names(each))));
};

/** Ask the organisation for a new code. */
export const ask = inTurn(async ({ work: { enrolment } }) => {
  const { state } = await call("POST", `work/${enrolment}/ask`, { wants: ["state"] });
  await note(({ states }) => {
    states[enrolment] = { ...states[enrolment], state };
  });
});

/** @param {Entry} entry */
const confirm = async (entry) => {
  const code = await codeAt(entry, stepAt(entry, now()).step);
  const { enrolment } = workOf(entry);
  await call("POST", `work/${enrolment}/confirm`, { body: { code }, wants: ["state"] });
};

/** @param {string} enrolment @param {EnrolmentState} state */
const settled = (enrolment, state) =>
  note((row) => {
    row.claimed = row.claimed.filter((id) => id !== enrolment);
    row.states[enrolment] = { ...row.states[enrolment], ...state };
  });

/**
 * Send the first code of a secret that is here; one that the portal gave up is no secret.
 * @param {Entry} entry
 */
const proveNow = async (entry) => {
  const { enrolment } = workOf(entry);
  try {
    await confirm(entry);
  } catch (error) {
    if (!isRefused(error, "work_unknown")) throw error;
    await change((doc) => edit(doc, entry.id, { secret: undefined }));
    await settled(enrolment, { state: "action_required", here: false });
    throw error;
  }
  await settled(enrolment, { state: "enrolled", here: true });
};

/** The same, for a page. */
export const prove = inTurn(proveNow);

// New secrets by account whose proof may have reached the portal though its answer did not come back.
const unanswered = new Map();

/**
 * Prove a secret that takes the place of an older one, which stays unless the portal says yes.
 * @param {any} made
 */
const replace = async (made) => {
  const { id } = made;
  unanswered.set(id, made);
  try {
    await confirm({ ...made, type: "totp", work: { enrolment: id } });
  } catch (error) {
    if (asFailure(error).kind === "refused") unanswered.delete(id);
    throw error;
  }
  await change((doc) => put(doc, made));
  unanswered.delete(id);
  await settled(id, { state: "enrolled", here: true });
};

/** Ask the portal how the accounts stand, and prove what waits for that. */
export const refresh = inTurn(async () => {
  const { enrolments } = await call("GET", "work", { wants: ["enrolments"] });
  await addMissing(enrolments);
  await note((row) => {
    /** @param {Enrolment} given */
    const stateOf = ({ id, state, here, help }) => [id, { state, here, help }];
    row.states = Object.fromEntries(enrolments.map(stateOf));
    row.claimed = row.claimed.filter((id) => !row.states[id]?.here);
  });
  for (const made of [...unanswered.values()]) await replace(made).catch(() => {});
  for (const entry of accounts().filter(isClaimed)) await proveNow(entry).catch(() => {});
});

/**
 * The code however it was typed; refuses at the field "code" what cannot be one.
 * @param {string} text
 */
const readCode = (text) => {
  const code = text.normalize("NFKC").toUpperCase().replace(/[^0-9A-Z]/gu, "");
  if (code.length === LENGTH) return code;
  throw new Refusal(
    _("The code has 28 letters and digits, in seven groups. Look at the portal's page again."),
    "code",
  );
};

/**
 * Take the secret that a code of the portal gives, and prove it. Where an older one still makes codes
 * it stays until the new one counts. Gives the account.
 */
export const claim = inTurn(async (text) => {
  const answer = await call("POST", "work/claim", { body: { code: readCode(text) }, wants: GIVEN });
  const { id, organisation } = answer;
  const made = { id, organisation, ...makeEntry({ ...answer, type: "totp", issuer: organisation }) };
  if (byId(current(), id)?.secret) {
    await replace(made);
    return byId(current(), id);
  }
  await change((doc) => put(doc, made));
  await note((row) => row.claimed.push(id));
  await proveNow(/** @type {Entry} */ (byId(current(), id)));
  return byId(current(), id);
});
