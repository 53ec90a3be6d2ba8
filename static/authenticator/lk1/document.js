// What of the app's document goes into a backup, and what comes out of one.
import { FORMAT } from "../accounts/entries.js";
import { isUuid } from "./bytes.js";
import { damaged, newer } from "./refusals.js";

const SECRET_OF_WORK = ["secret", "raw"];

/** @param {{ work?: unknown }} entry */
export const isWork = (entry) => entry.work !== null && typeof entry.work === "object";

/**
 * An account of an organisation goes by its name alone: it is given anew, not restored.
 * @param {Entry} entry
 */
export const outgoing = (entry) => {
  if (!isWork(entry)) return entry;
  const kept = Object.entries(entry).filter(([name]) => !SECRET_OF_WORK.includes(name));
  return Object.fromEntries(kept);
};

/**
 * Make one document another one, in place.
 * @param {VaultDocument} doc
 * @param {VaultDocument} other
 */
export const replaceWith = (doc, other) => {
  const parts = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (doc));
  for (const name of Object.keys(parts)) delete parts[name];
  Object.assign(doc, other);
};

/**
 * A document of a newer app can be shown, and neither be changed nor written.
 * @param {{ format: number }} doc
 */
export const isNewer = (doc) => doc.format > FORMAT;

/**
 * The part of a document that is backed up: all but what belongs to this phone alone.
 * @param {VaultDocument} doc
 */
export const toBackup = (doc) => {
  if (isNewer(doc)) throw newer();
  const { backup: _local, ...rest } = doc;
  return structuredClone({ ...rest, entries: doc.entries.map(outgoing) });
};

/** @param {any} value */
const isObject = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/** @param {Json} entry */
const isEntry = (entry) => isObject(entry) && isUuid(entry.id);

/**
 * The document of a backup; refuses what has another shape. One of a newer app stays as it is.
 * @param {Json} payload
 */
export const fromBackup = (payload) => {
  if (!isObject(payload) || !Number.isInteger(payload.format)) throw damaged();
  if (isNewer(payload)) return payload;
  const { backup: _local, settings = {}, ...rest } = payload;
  const isWhole = Array.isArray(rest.entries) && rest.entries.every(isEntry);
  if (!isWhole || !isObject(settings)) throw damaged();
  return { ...rest, settings };
};
