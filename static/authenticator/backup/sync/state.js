// What this phone knows of its backup. It lies in the document as `doc.backup`, sealed with the rest,
// and never leaves the phone: neither exports nor backups have it.
import { living } from "../../accounts/entries.js";
import { canonical, fromText, toText } from "../../lk1/bytes.js";
import { isNewer, outgoing } from "../../lk1/document.js";
import { current } from "../../accounts/vault.js";

/**
 * All that is known: nothing yet is `{}`.
 * @param {VaultDocument} doc
 * @returns {Partial<Backup>}
 */
export const backupOf = (doc) => doc.backup ?? {};

/**
 * The same of a document that has one.
 * @param {VaultDocument} doc
 */
export const backupIn = (doc) => {
  if (!doc.backup) throw new Error("there is no backup");
  return doc.backup;
};

/**
 * Whether this phone can open and write the backup, on or off.
 * @param {VaultDocument} doc
 */
export const hasKey = (doc) => Boolean(backupOf(doc).secret);

/**
 * Whether its changes are to be saved.
 * @param {VaultDocument} doc
 */
export const isOn = (doc) => hasKey(doc) && Boolean(backupOf(doc).on) && !isNewer(doc);

/**
 * `{vault, key, secret}` as the backup format takes them.
 * @param {VaultDocument} doc
 */
export const keyOf = (doc) => {
  const { vault, key, secret } = backupIn(doc);
  return { vault, key, secret: fromText(secret) };
};

/**
 * How many accounts there are, as people count them.
 * @param {VaultDocument} doc
 */
export const accountsIn = (doc) => living(doc).length;

/** @param {unknown} value */
const isEmpty = (value) => !value || (Array.isArray(value) && value.length === 0);

/**
 * An account as one text; what is empty and what is not there are the same, as in a merge.
 * @param {object} entry
 */
const textOf = (entry) =>
  canonical(Object.fromEntries(Object.entries(entry).filter(([, value]) => !isEmpty(value))));

const texts = new WeakMap(); // of accounts that nobody changes any more

/** @param {Entry} entry */
const keptTextOf = (entry) => {
  if (!texts.has(entry)) texts.set(entry, textOf(outgoing(entry)));
  return texts.get(entry);
};

/** @param {VaultDocument} given@param {(entry: Entry) => string} [text] */
const pieces = ({ entries, ...rest }, text = textOf) =>
  new Map(/** @type {[string, string][]} */ ([
    ...entries.map((entry) => [entry.id, text(entry)]),
    ["", canonical(rest)],
  ]));

/**
 * Whether two contents say the same.
 * @param {VaultDocument} one
 * @param {VaultDocument} other
 */
export const isSameContent = (one, other) => {
  const [a, b] = [pieces(one), pieces(other)];
  return a.size === b.size && [...a].every(([id, text]) => b.get(id) === text);
};

/**
 * How many changes no version holds: counted against the newest one that is known, never noted.
 * @param {VaultDocument} doc
 */
export const changesIn = (doc) => {
  const { backup: { base } = {}, ...content } = doc;
  if (!base || isNewer(doc)) return 0;
  // Of the document as it was saved every account is as it was looked at last; of a draft none is.
  const draftTextOf = (/** @type {Entry} */ entry) => textOf(outgoing(entry));
  const text = doc === current() ? keptTextOf : draftTextOf;
  const [before, now] = [pieces(base, keptTextOf), pieces(content, text)];
  let count = 0;
  for (const [id, each] of now) count += Number(before.get(id) !== each);
  for (const id of before.keys()) count += Number(!now.has(id));
  return count;
};

/**
 * What tells one state of the list from another.
 * @param {{ entries: Entry[] }} given
 */
export const signature = ({ entries }) =>
  entries.map(({ id, revision }) => `${id}:${revision}`).join();

/**
 * Make a vault the backup of this document: `secret` as bytes, `base` the content of version `head`.
 * Whoever opened or made one calls this in a `change`.
 * @param {VaultDocument} doc
 * @param {Partial<Omit<Backup, "secret">> & VaultKey} given
 */
export const adopt = (doc, { secret, ...fields }) => {
  const adopted = { on: true, role: "active", proven: {}, ...fields, secret: toText(secret) };
  doc.backup = /** @type {Backup} */ (adopted);
};

/**
 * Note when a slot opened the vault.
 * @param {VaultDocument} doc
 * @param {string} slot
 */
export const prove = (doc, slot, time = Date.now()) => {
  const backup = backupIn(doc);
  backup.proven = { ...backup.proven, [slot]: time };
};
