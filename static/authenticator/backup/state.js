// What this phone knows of its backup. It lies in the document as `doc.backup`, sealed with the rest,
// and never leaves the phone: neither exports nor backups have it.
import { living } from "../entries.js";
import { canonical, fromText, toText } from "../lk1/bytes.js";
import { isNewer, outgoing } from "../lk1/document.js";
import { current } from "../vault.js";

/** All that is known: nothing yet is `{}`. */
export const backupOf = (doc) => doc.backup ?? {};

/** Whether this phone can open and write the backup, on or off. */
export const hasKey = (doc) => Boolean(backupOf(doc).secret);

/** Whether its changes are to be saved. */
export const isOn = (doc) => hasKey(doc) && Boolean(doc.backup.on) && !isNewer(doc);

/** `{vault, key, secret}` as the backup format takes them. */
export const keyOf = ({ backup: { vault, key, secret } }) => ({
  vault,
  key,
  secret: fromText(secret),
});

/** How many accounts there are, as people count them. */
export const accountsIn = (doc) => living(doc).length;

const isEmpty = (value) => !value || (Array.isArray(value) && value.length === 0);

/** An account as one text; what is empty and what is not there are the same, as in a merge. */
const textOf = (entry) =>
  canonical(Object.fromEntries(Object.entries(entry).filter(([, value]) => !isEmpty(value))));

const texts = new WeakMap(); // of accounts that nobody changes any more

const keptTextOf = (entry) => {
  if (!texts.has(entry)) texts.set(entry, textOf(outgoing(entry)));
  return texts.get(entry);
};

const pieces = ({ entries, ...rest }, text = textOf) =>
  new Map([...entries.map((entry) => [entry.id, text(entry)]), ["", canonical(rest)]]);

/** Whether two contents say the same. */
export const isSameContent = (one, other) => {
  const [a, b] = [pieces(one), pieces(other)];
  return a.size === b.size && [...a].every(([id, text]) => b.get(id) === text);
};

/** How many changes no version holds: counted against the newest one that is known, never noted. */
export const changesIn = (doc) => {
  const { backup: { base } = {}, ...content } = doc;
  if (!base || isNewer(doc)) return 0;
  // Of the document as it was saved every account is as it was looked at last; of a draft none is.
  const text = doc === current() ? keptTextOf : (entry) => textOf(outgoing(entry));
  const [before, now] = [pieces(base, keptTextOf), pieces(content, text)];
  let count = 0;
  for (const [id, each] of now) count += Number(before.get(id) !== each);
  for (const id of before.keys()) count += Number(!now.has(id));
  return count;
};

/** What tells one state of the list from another. */
export const signature = ({ entries }) =>
  entries.map(({ id, revision }) => `${id}:${revision}`).join();

/**
 * Make a vault the backup of this document: `secret` as bytes, `base` the content of version `head`.
 * Whoever opened or made one calls this in a `change`.
 */
export const adopt = (doc, { secret, ...known }) => {
  doc.backup = { on: true, role: "active", proven: {}, ...known, secret: toText(secret) };
};

/** Note when a slot opened the vault. */
export const prove = (doc, slot, time = Date.now()) => {
  doc.backup.proven = { ...doc.backup.proven, [slot]: time };
};
