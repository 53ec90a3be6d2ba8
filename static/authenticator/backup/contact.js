// Telling the portal how this phone is, and being told how the account is; also while it is locked.
import { isUuid } from "../lk1/bytes.js";
import { read, write } from "../store.js";
import { erase, noteErased } from "../vault.js";
import { call } from "./api.js";
import { dropDevice, linkedDevice, writeAs } from "./device.js";

const SAID = ["meta", "said"];
const UNLINKED = ["meta", "unlinked"];
const WANTS = ["status", "commands"];

/** What to tell while the list is locked: the same as the last time. */
const saidBefore = async () =>
  (await read(SAID))[0] ?? { unsaved: 0, accounts: 0, version: null };

const acknowledge = async (note) => {
  await call("POST", `commands/${note.command}/done`, { device: note });
  await noteErased({ at: note.at });
};

/**
 * Erase all of it, then say so. What is left tells the person why, and keeps what the portal is owed
 * until it has it: the id of a phone that is unlinked, and its secret, which opens nothing any more.
 */
const wipe = async ({ installation, secret }, command) => {
  const note = { at: Date.now(), installation, secret, command };
  await erase(note);
  await acknowledge(note).catch(() => {});
};

/** Finish an erasure that was cut off, and what is still owed to the portal. */
export const finishErasure = async (note) => {
  if (!note.command) return;
  await erase(note);
  await acknowledge(note).catch(() => {});
};

/** The moment this phone was unlinked, if nobody has been told yet. */
export const unlinkedAt = async () => (await read(UNLINKED))[0]?.at ?? 0;

/** The person has read that it was. */
export const forgetUnlinked = () => write({ drop: [UNLINKED] });

const wipeIn = ({ commands }) =>
  Array.isArray(commands) && commands.find(({ kind, id }) => kind === "wipe" && isUuid(id));

/** Only an answer that knew this phone by its secret, and calls it unlinked, comes here. */
const leave = async (mine, answer) => {
  const command = wipeIn(answer);
  if (command) return wipe(mine, command.id);
  return dropDevice(mine.installation, [[...UNLINKED, { at: Date.now() }]]);
};

/**
 * Call the portal: `said` is `{unsaved, accounts, version}`, or nothing while the list is locked.
 * Gives its answer and the `installation` that asked, with `erased` if it made this phone erase
 * everything; `null` if it is not linked.
 */
export const contact = async (said = null) => {
  const mine = await linkedDevice();
  if (!mine) return null;
  const body = said ?? (await saidBefore());
  const answer = await call("POST", "heartbeat", { device: mine, body, wants: WANTS });
  if (answer.status === "unlinked") {
    await leave(mine, answer);
    return { ...answer, erased: Boolean(wipeIn(answer)) };
  }
  if (said) await writeAs(mine.installation, { put: [[...SAID, said]] });
  return { ...answer, installation: mine.installation };
};

/** While the list is locked: call at once, whenever the app is shown, and now and then; gives its end. */
export const callWhileLocked = (pause) => {
  const call = async () => {
    if (document.hidden) return;
    const told = await contact().catch(() => null);
    if (told?.erased) location.reload();
  };
  document.addEventListener("visibilitychange", call);
  const timer = setInterval(call, pause);
  call();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", call);
  };
};
