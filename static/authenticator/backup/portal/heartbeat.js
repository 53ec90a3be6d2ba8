// Telling the portal how this phone is, and being told how the account is; also while it is locked.
import { isUuid } from "../../lk1/bytes.js";
import { read, write } from "../../core/storage/indexed-db.js";
import {
  erasePart,
  lockAway,
  lockPart,
  lockedAway,
  openAgain,
  openPart,
} from "../../lock/portal-lock.js";
import { erase, isOpen, noteErased } from "../../accounts/vault.js";
import { call } from "./api.js";
import { dropDevice, linkedDevice, writeAs } from "./device.js";

/** @type {[string, string]} */
const COUNTS = ["meta", "said"];
/** @type {[string, string]} */
const UNLINKED = ["meta", "unlinked"];
const WANTS = ["status", "commands"];

/** What to tell while the list is locked: the same as the last time. */
const lastCounts = async () =>
  (await read(COUNTS))[0] ?? { unsaved: 0, accounts: 0, version: null };

/** @param {ErasedNote} note */
const acknowledge = async (note) => {
  await call("POST", `commands/${note.command}/done`, { device: note });
  await noteErased({ at: note.at });
};

/**
 * Erase all of it, then say so. What is left tells the person why, and keeps what the portal is owed
 * until it has it: the id of a phone that is unlinked, and its secret, which opens nothing any more.
 * @param {Device} given
 * @param {string} command
 */
const wipe = async ({ installation, secret }, command) => {
  const note = { at: Date.now(), installation, secret, command };
  await erase(note);
  await acknowledge(note).catch(() => {});
};

/**
 * Finish an erasure that was cut off, and what is still owed to the portal.
 * @param {ErasedNote} note
 */
export const finishErasure = async (note) => {
  if (!note.command) return;
  await erase(note);
  await acknowledge(note).catch(() => {});
};

/** The moment this phone was unlinked, if nobody has been told yet. */
export const unlinkedAt = async () => (await read(UNLINKED))[0]?.at ?? 0;

/** The person has read that it was. */
export const forgetUnlinked = () => write({ drop: [UNLINKED] });

/** @param {HeartbeatAnswer} given @param {...string} kinds */
const orderIn = ({ commands }, ...kinds) =>
  Array.isArray(commands)
    ? commands.find(({ kind, id }) => kinds.includes(kind) && isUuid(id))
    : undefined;

/** @param {Device} mine @param {Order} given @param {string} what */
const tell = (mine, { id }, what) => call("POST", `commands/${id}/${what}`, { device: mine });

/** @param {Device} mine */
const depart = (mine) => dropDevice(mine.installation, [[...UNLINKED, { at: Date.now() }]]);

/**
 * Accounts that were here before the link, and were never backed up under it, are nobody else's.
 * @param {Device} given
 */
const hasBefore = ({ before }) => Boolean(before?.length);

/**
 * Erase what came in. Gives whether the app has to begin again.
 * @param {Device} mine
 * @param {Order} order
 */
const obeyWipe = async (mine, order) => {
  if (!hasBefore(mine)) {
    await wipe(mine, order.id);
    return true;
  }
  if (!isOpen()) return false; // once somebody opens the list: until then nobody reads it either
  await erasePart(mine.before);
  await tell(mine, order, "done"); // else at the next call, as long as this phone knows who it is
  await depart(mine);
  return false;
};

/**
 * Lock what came in under a secret of the portal's, then say so: also what was cut off before.
 * @param {Device} mine
 * @param {Order} order
 */
const obeyLock = async (mine, order) => {
  let restarts = false;
  const isThere = await lockedAway();
  if (hasBefore(mine) && !isOpen()) return false;
  if (!isThere) {
    const wants = ["secret"];
    const { secret } = await call("POST", `commands/${order.id}/lock`, { device: mine, wants });
    if (hasBefore(mine)) await lockPart(order, secret, mine.before);
    else restarts = await lockAway(order, secret);
  } else if (isThere.isPart) {
    await lockPart(order, "", mine.before);
  }
  await tell(mine, order, "locked").catch(() => {}); // said again at the next call
  return restarts;
};

/**
 * It was called off: open again with everything.
 * @param {Device} mine
 * @param {Order} order
 */
const obeyOpen = async (mine, order) => {
  const away = await lockedAway();
  if (away?.isPart && !isOpen()) return false;
  if (away?.isPart) await openPart(order.secret);
  else if (away) await openAgain(order.secret);
  await tell(mine, order, "opened").catch(() => {});
  return Boolean(away) && !away.isPart;
};

/** @type {Record<string, (mine: Device, order: Order) => Promise<boolean>>} */
const OBEYS = { wipe: obeyWipe, lock: obeyLock };

/**
 * Only an answer that knew this phone by its secret, and calls it unlinked, comes here.
 * @param {Device} mine
 * @param {HeartbeatAnswer} answer
 */
const leave = async (mine, answer) => {
  const open = orderIn(answer, "open");
  const restarts = open ? await obeyOpen(mine, open) : false;
  const order = orderIn(answer, "wipe", "lock");
  if (order) return (await OBEYS[order.kind](mine, order)) || restarts;
  if (!(await lockedAway())) await depart(mine);
  return restarts;
};

/**
 * Call the portal: `counts` is `{unsaved, accounts, version}`, or nothing while the list is locked.
 * Gives its answer and the `installation` that asked, with `restarts` if it made this phone erase,
 * lock or open everything; `null` if it is not linked.
 * @param {BackupCounts | null} [counts]
 */
export const contact = async (counts = null) => {
  const mine = await linkedDevice();
  if (!mine) return null;
  const body = counts ?? (await lastCounts());
  const answer = await call("POST", "heartbeat", { device: mine, body, wants: WANTS });
  if (answer.status === "unlinked") return { ...answer, restarts: await leave(mine, answer) };
  const open = orderIn(answer, "open"); // taken back meanwhile
  if (open && (await obeyOpen(mine, open))) return { ...answer, restarts: true };
  // Called lost by a session that proved little: kept for its owner to take back, but locked. It
  // is erased when that time has passed, or as soon as a strong session orders it.
  const order = answer.suspended === true && orderIn(answer, "wipe", "lock");
  if (order) return { ...answer, restarts: await OBEYS[order.kind](mine, order) };
  if (counts) await writeAs(mine.installation, { put: [[...COUNTS, counts]] });
  return { ...answer, installation: mine.installation };
};

/**
 * While the list is locked: call at once, whenever the app is shown, and now and then; gives its end.
 * @param {number} pause
 */
export const callWhileLocked = (pause) => {
  const callIfShown = async () => {
    if (document.hidden) return;
    const answer = await contact().catch(() => null);
    if (answer?.restarts) location.reload();
  };
  document.addEventListener("visibilitychange", callIfShown);
  const timer = setInterval(callIfShown, pause);
  callIfShown();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", callIfShown);
  };
};
