// What keeps the backup up to date: when to save, when to call, what to do when it did not work.
import { asFailure } from "../../core/refusal.js";
import { change, current, fresh, subscribe } from "../../accounts/vault.js";
import { isRefused } from "../portal/api.js";
import { contact, unlinkedAt } from "../portal/heartbeat.js";
import { linkedDevice, nameDevice } from "../portal/device.js";
import { pull } from "./merge-remote.js";
import { alone, check, save } from "./upload.js";
import { accountsIn, backupIn, backupOf, changesIn, hasKey, isOn } from "./state.js";
import { currentStatus, setStatus, statusOf } from "./status.js";
import { tellTag } from "./setup.js";

const SOON = 3000; // milliseconds after a change
const BEAT = 15 * 60_000;
const RETRY = { first: 30_000, longest: 3_600_000 };

/** @type {EngineState} */
const state = { mine: null, answer: null, trouble: null, shrink: null, isSaving: false, unlinked: 0 };
let failures = 0;
let timer = 0;
let isStarted = false;

const tell = () => setStatus(statusOf({ ...state, doc: current() }));

/** @param {Partial<StatusFacts>} changes */
const note = (changes) => {
  Object.assign(state, changes);
  tell();
};

const isMine = () =>
  Boolean(state.mine) && isOn(current()) && backupIn(current()).role !== "other";

const isUpToDate = () => {
  const { pending, head, checked } = backupIn(current());
  return !pending && checked === head && changesIn(current()) === 0;
};

/** @param {number} wait */
const later = (wait) => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = 0;
    saveNow();
  }, wait);
};

/** @param {Failure} given */
const retryLater = ({ more }) => {
  const doubled = Math.min(RETRY.longest, RETRY.first * 2 ** failures);
  failures += 1;
  later(Math.max(doubled, (more?.wait ?? 0) * 1000));
};

/**
 * Keep a part of what the portal told, so that a start without the network knows it.
 * @param {Partial<Backup>} fields
 */
const remember = async (fields) => {
  const before = backupOf(current());
  const names = /** @type {(keyof Backup)[]} */ (Object.keys(fields));
  if (!names.some((name) => fields[name] !== before[name])) return;
  await change((doc) => {
    if (hasKey(doc)) Object.assign(backupIn(doc), fields);
  });
};

/** @param {HeartbeatAnswer} given @returns {Pick<Backup, "role" | "other">} */
const roleIn = ({ status, active }) =>
  status === "active" ? { role: "active", other: "" } : { role: "other", other: active?.name ?? "" };

/** @param {HeartbeatAnswer} answer */
const learn = async (answer) => {
  const { vault } = answer;
  if (!hasKey(current())) return;
  const isOurs = vault?.vault === backupIn(current()).vault;
  const offUntil = isOurs && vault?.state === "off" ? vault.deleted_until : null;
  const on = isOurs && vault?.state === "on" && vault.verified;
  await remember({ ...roleIn(answer), offUntil, on, lost: !isOurs });
};

const counts = () => {
  const doc = current();
  return { unsaved: changesIn(doc), accounts: accountsIn(doc), version: backupOf(doc).head ?? null };
};

/**
 * Whether what was told is of the installation that this phone is, still.
 * @param {HeartbeatAnswer | null} answer
 */
const isOfThis = (answer) => state.mine !== null && answer?.installation === state.mine.installation;

/** @param {HeartbeatAnswer | null} answer */
const take = async (answer) => {
  if (answer?.installation) await nameDevice(answer.installation, answer);
  state.mine = await linkedDevice();
  state.unlinked = await unlinkedAt();
  if (!answer || !isOfThis(answer)) return note({ answer: null, trouble: null });
  await learn(answer);
  const { trouble } = state;
  return note({ answer, trouble: trouble?.code === "unknown_phone" ? null : trouble });
};

/** Call the portal and take in what it says; without an answer all stays as it was. */
export const beat = async () => {
  try {
    const sent = counts();
    const received = await contact(sent);
    const answer = received && { ...received, knew: sent.version };
    if (answer?.restarts) location.reload();
    else await take(answer);
  } catch (error) {
    note({ trouble: asFailure(error) });
  }
};

/**
 * Whether the portal has a state that this phone, which is the active one, has not.
 * @param {HeartbeatAnswer} given
 */
const isBehind = ({ vault, epoch }) => {
  const backup = backupOf(current());
  if (!isMine() || !vault || vault.vault !== backup.vault) return false;
  // Older is as much a reason as newer: the portal was set back, and everything is saved again.
  return vault.head !== backup.head || epoch !== backup.epoch;
};

const catchUp = () =>
  alone(async () => {
    await fresh();
    if (state.answer && isBehind(state.answer)) await pull();
  });

// Refusals that say the account is not as this phone thinks: it asks how it is.
const ELSEWHERE = [
  "not_active_phone",
  "stale_epoch",
  "unlinked",
  "unknown_phone",
  "no_vault",
  "backup_off",
  "suspended",
  "grant_needed",
  "grant_not_yet",
];

/**
 * What to do when it did not work: ask the person, ask how the account is, or try again.
 * @param {Failure} error
 */
const judge = async (error) => {
  if (isRefused(error, "shrink_needs_confirmation")) {
    return note({ shrink: /** @type {Shrink} */ (error.more) });
  }
  if (isRefused(error, ...ELSEWHERE)) return beat();
  note({ trouble: error });
  return error.code === "newer" ? undefined : retryLater(error);
};

/** @param {SaveHow} how */
const saveAll = async (how) => {
  const made = await save(how);
  if (!how.isHidden) await check();
  failures = 0;
  note({ isSaving: false, trouble: null, shrink: null });
  if (made) await beat();
};

/**
 * Save what is not saved, now; never throws, the status tells.
 * @param {SaveHow} [how]
 */
export const saveNow = async (how = {}) => {
  if (!isMine() || state.isSaving || isUpToDate() || (state.shrink && !how.shrink)) return;
  clearTimeout(timer);
  timer = 0;
  note({ isSaving: true });
  try {
    await saveAll(how);
  } catch (error) {
    note({ isSaving: false });
    await judge(asFailure(error));
  }
};

/** @param {VaultDocument} doc */
const onChange = (doc) => {
  if (state.shrink && accountsIn(doc) !== state.shrink.after) state.shrink = null;
  tell();
  if (isMine() && !timer && !isUpToDate()) later(SOON);
};

/** Call, catch up, save: at the start, when the network or the person is back. */
export const wake = async () => {
  await beat();
  try {
    await catchUp();
    if (isMine() && isUpToDate() && state.trouble?.code !== "unknown_phone") note({ trouble: null });
  } catch (error) {
    await judge(asFailure(error));
  }
  await saveNow();
  if (isMine() && state.answer?.status === "active") await tellTag().catch(() => {}); // at the next call
  return currentStatus();
};

const onVisibility = () => {
  if (!document.hidden) wake();
  else if (isMine() && changesIn(current())) saveNow({ isHidden: true });
};

/** Begin; from now on the backup keeps itself up to date. */
export const startEngine = async () => {
  const [mine, unlinked] = [await linkedDevice(), await unlinkedAt()];
  if (isStarted) return;
  isStarted = true;
  subscribe(onChange);
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("online", wake);
  setInterval(() => document.hidden || wake(), BEAT);
  note({ mine, unlinked }); // before the portal answers
  await wake();
};
