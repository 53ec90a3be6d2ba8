// What becomes of each thing that was found in an import; nothing is changed here.
import { finder, identity, isBehind } from "./entries.js";

/**
 * Of an account that stands in an export several times, the higher counter counts.
 * @param {Item[]} items
 */
const withHighest = (items) => {
  /** @type {Map<string, Account>} */
  const first = new Map();
  for (const { entry } of items) {
    if (!entry) continue;
    const name = identity(entry);
    const before = first.get(name);
    if (!before) first.set(name, { ...entry });
    else if (isBehind(before, entry)) before.counter = entry.counter;
  }
  return first;
};

/** @param {Entry | undefined} existing @param {Account} entry */
const groupOf = (existing, entry) => {
  if (!existing) return "ready";
  if (existing.trashed) return "trashed";
  return isBehind(existing, entry) ? "raised" : "here";
};

/**
 * Sort `{entry}` and `{name, why}`: ready to add; here with a lower counter; in the trash here; here
 * already, as is what stands twice in the export; in the trash there; and what cannot be read.
 * @param {VaultDocument} doc
 * @param {Item[]} items
 */
export const sorted = (doc, items) => {
  const find = finder(doc);
  const entries = withHighest(items);
  /** @type {Groups} */
  const groups = { ready: [], raised: [], trashed: [], here: [], discarded: [], wrong: [] };
  for (const item of items) {
    if (!item.entry) {
      groups[item.isTrashed ? "discarded" : "wrong"].push(item);
      continue;
    }
    const name = identity(item.entry);
    const entry = entries.get(name);
    const existing = find(item.entry);
    if (entry) groups[groupOf(existing, entry)].push({ entry, id: existing?.id ?? "" });
    else groups.here.push(item);
    entries.delete(name);
  }
  return groups;
};
