// Reminders, and until when the person does not want to see them.
import { living } from "../../accounts/entries.js";
import { read, write } from "../../core/storage/indexed-db.js";
import { backupKeySlots } from "./setup.js";
import { backupOf } from "./state.js";

/** @type {[string, string]} */
const ROW = ["meta", "reminders"];
const DAY = 86_400_000;
/** @type {Record<string, number>} */
const REST = { alone: 14 * DAY, linked: 7 * DAY, check: 7 * DAY };
const MONTH = 30 * DAY;

/**
 * When the backup key last opened the backup, in milliseconds; 0 if it never did.
 * @param {VaultDocument} doc
 */
export const keyProven = (doc) => {
  const { proven = {} } = backupOf(doc);
  return Math.max(0, ...backupKeySlots(doc).map(({ id }) => proven[id] ?? 0));
};

/** @type {Record<string, (doc: VaultDocument, now: number) => boolean>} */
const isWanted = {
  alone: (doc) => living(doc).length > 0,
  linked: () => true,
  check: (doc, now) => backupKeySlots(doc).length > 0 && now - keyProven(doc) > MONTH,
};

/**
 * Whether to remind of this now.
 * @param {"alone" | "linked" | "check"} name
 * @param {VaultDocument} doc
 */
export const isDue = async (name, doc, now = Date.now()) => {
  if (!isWanted[name](doc, now)) return false;
  const [row] = await read(ROW);
  return (row?.[name] ?? 0) <= now;
};

/**
 * Not now: say nothing of it for some days.
 * @param {"alone" | "linked" | "check"} name
 */
export const rest = async (name, now = Date.now()) => {
  const [row] = await read(ROW);
  await write({ put: [[...ROW, { ...row, [name]: now + REST[name] }]] });
};
