// The versions the portal keeps: listed, looked into, and one of them put in place as a new version.
import { isBehind } from "../../accounts/entries.js";
import { openEnvelope } from "../../lk1/envelope.js";
import { damaged } from "../../lk1/refusals.js";
import { change, current } from "../../accounts/vault.js";
import { call } from "../portal/api.js";
import { backupIn, keyOf } from "./state.js";

/** A page of versions, newest first: `{versions, more}`; `before` is the number to go on from. */
export const list = (before = 0) =>
  call("GET", before ? `vault/versions?before=${before}` : "vault/versions", {
    wants: ["versions", "more"],
  });

/**
 * One version: what is told of it, and its `content`.
 * @param {number} number
 */
export const look = async (number) => {
  const found = await call("GET", `vault/versions/${number}`, { wants: ["envelope"] });
  if (found.envelope.version !== number) throw damaged();
  const { secret } = keyOf(current());
  return { ...found, content: await openEnvelope({ secret, envelope: found.envelope }) };
};

/**
 * Keep a version longer, or let it go.
 * @param {number} number
 * @param {boolean} pinned
 */
export const pin = (number, pinned, why = "person") =>
  call("POST", `vault/versions/${number}/pin`, { body: { pinned, why } });

/** @param {VaultDocument} content */
const isIn = (content) => {
  const ids = new Set(content.entries.map(({ id }) => id));
  return (/** @type {Entry} */ { id }) => ids.has(id);
};

/** @param {Entry} entry @param {Entry | undefined} before @param {number} time */
const raised = (entry, before, time) => ({
  ...entry,
  revision: Math.max(entry.revision ?? 0, before?.revision ?? 0) + 1,
  changed: time,
});

/**
 * What came after that version goes to the trash, from where it can be put back.
 * @param {Entry} entry
 * @param {number} time
 */
const toTrash = (entry, time) =>
  entry.gone || entry.trashed ? entry : raised({ ...entry, trashed: time }, entry, time);

/**
 * An account as it was; but codes that were drawn stay drawn, and so do secrets no backup holds.
 * @param {Entry} entry
 * @param {Entry | undefined} now
 * @param {number} time
 */
const asItWas = (entry, now, time) => {
  if (entry.gone) return now && !now.gone ? toTrash(now, time) : entry;
  const made = raised(entry, now, time);
  if (made.type === "hotp" && now && isBehind(made, now)) made.counter = now.counter;
  if (made.work && now?.secret) made.secret = now.secret;
  return made;
};

/**
 * Make the accounts what they were in `content`; every one of them counts as changed now.
 * @param {VaultDocument} doc
 * @param {VaultDocument} content
 */
const putBack = (doc, content, time = Date.now()) => {
  const now = new Map(doc.entries.map((entry) => [entry.id, entry]));
  const isThere = isIn(content);
  doc.entries = [
    ...content.entries.map((entry) => asItWas(entry, now.get(entry.id), time)),
    ...doc.entries.filter((entry) => !isThere(entry)).map((entry) => toTrash(entry, time)),
  ];
};

/**
 * Restore a version; gives the function that takes it back. The one before is kept longer.
 * @param {number} number
 */
export const restore = async (number) => {
  const { content } = await look(number);
  const { head } = backupIn(current());
  await pin(head, true);
  const before = structuredClone(current());
  await change((doc) => putBack(doc, content));
  return () => change((doc) => putBack(doc, before));
};
