// Locked by the portal: what this phone has is sealed under a secret that only the portal keeps, until it is
// called off or the phone is told to erase it. Everything moves in one transaction, and only after what was
// sealed has been opened again, so that a killed tab leaves the one state or the other.
import { fromText, lines, random, toText, utf8, uuidBytes } from "../lk1/bytes.js";
import { hkdf } from "../lk1/keys.js";
import { importKey, newKey, seal, unseal } from "../core/storage/encryption.js";
import { labelOf } from "../accounts/generations.js";
import { read, readAll, write } from "../core/storage/indexed-db.js";
import { change, current, oneAtATime, restartOthers } from "../accounts/vault.js";

/** @type {[string, string]} */
const ROW = ["meta", "locked"];
const ABOUT = "lk-local-1/locked";
const NONCE = 12; // bytes
const LOCAL = "local";
const STAYS = ["device", "said", "begun", "locked", "head"]; // in meta: what the phone needs to call
const GOES = ["draft"]; // what was typed for a recovery: it lasts an hour at most

/**
 * Write rows as text, bytes too.
 * @param {unknown} value
 */
const written = (value) =>
  JSON.stringify(value, (_name, each) => {
    if (each instanceof ArrayBuffer) return { $buffer: toText(new Uint8Array(each)) };
    return ArrayBuffer.isView(each) ? { $bytes: toText(/** @type {Bytes} */ (each)) } : each;
  });

/** @param {string} text */
const readBack = (text) =>
  JSON.parse(text, (_name, each) => {
    if (typeof each?.$buffer === "string") return fromText(each.$buffer).buffer;
    return typeof each?.$bytes === "string" ? fromText(each.$bytes) : each;
  });

/** @param {string} command @param {string} secret */
const keyFor = async (command, secret) =>
  importKey(await hkdf(fromText(secret), uuidBytes(command), ABOUT));

/** @param {string} command @param {Bytes} nonce */
const options = (command, nonce) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: lines(ABOUT, command),
});

/** @param {AwayRow} given @param {string} secret */
const opened = async ({ command, nonce, sealed }, secret) => {
  const key = await keyFor(command, secret);
  const plain = await crypto.subtle.decrypt(options(command, nonce), key, sealed);
  return new TextDecoder().decode(plain);
};

/**
 * The row that holds a text, after it was opened once.
 * @param {Order} given
 * @param {string} secret
 * @param {string} text
 * @param {boolean} isPart
 */
const sealedRow = async ({ id: command, until }, secret, text, isPart) => {
  const nonce = random(NONCE);
  const key = await keyFor(command, secret);
  const sealed = await crypto.subtle.encrypt(options(command, nonce), key, utf8(text));
  const row = { command, until, at: Date.now(), nonce, sealed, isPart };
  if ((await opened(row, secret)) !== text) throw new Error("does not open again");
  return row;
};

/**
 * A row of the vault in the clear, if a key of this phone opens it; else as it is.
 * @param {SealedRow} row
 * @param {CryptoKey[]} keys
 * @param {number | string} [label]
 */
const laidOpen = async (row, keys, label = row.generation) => {
  for (const key of row.sealed ? keys : []) {
    try {
      return { doc: await unseal(key, row, label), generation: row.generation, at: row.at };
    } catch {
      // Another key opens it, or it is damaged: then it stays as it is.
    }
  }
  return { row };
};

const snapshot = async () => {
  const [keys, vault, meta] = [await readAll("keys"), await readAll("vault"), await readAll("meta")];
  const changes = await readAll("changes");
  const own = keys.filter(([name]) => name === LOCAL || String(name).startsWith("aside-"));
  const opening = own.map(([, key]) => key);
  const content = {
    hasKey: own.some(([name]) => name === LOCAL),
    vault: await Promise.all(vault.map(async ([name, row]) => [name, await laidOpen(row, opening)])),
    changes: await Promise.all(
      changes.map(async ([name, row]) => [name, await laidOpen(row, opening, labelOf(Number(name)))]),
    ),
    meta: meta.filter(([name]) => ![...STAYS, ...GOES].includes(String(name))),
  };
  /** @type {Place[]} */
  const drop = [
    ...keys.filter(([name]) => name !== "device").map(([name]) => /** @type {Place} */ (["keys", name])),
    ...meta.filter(([name]) => !STAYS.includes(String(name))).map(([name]) => /** @type {Place} */ (["meta", name])),
  ];
  const slots = [0, 1].map((slot) => vault.find(([name]) => name === slot)?.[1].generation);
  return { content, drop, generations: [...slots, changes.at(-1)?.[1].generation] };
};

/**
 * Nothing goes that was written after it was read.
 * @param {(number | undefined)[]} generations
 */
const isAsRead = (generations) => (/** @type {Head[]} */ heads) =>
  heads.forEach((head, at) => {
    if (head?.generation !== generations[at]) throw new Error("written meanwhile");
  });

/** What the portal locked: `{command, until, isPart}`, or `null`. */
export const lockedAway = async () => (await read(ROW))[0] ?? null;

/**
 * Lock everything under the portal's secret for this order; false if it is locked already.
 * @param {Order} order
 * @param {string} secret
 */
export const lockAway = (order, secret) =>
  oneAtATime(async () => {
    if (await lockedAway()) return false;
    const { content, drop, generations } = await snapshot();
    const row = await sealedRow(order, secret, written(content), false);
    await write({ clear: ["vault", "changes"], drop, put: [[...ROW, row]], check: isAsRead(generations) });
    restartOthers();
    return true;
  });

/** @param {Head[]} heads */
const isEmpty = (heads) => {
  if (heads.some(Boolean)) throw new Error("there is something here already");
};

/**
 * Open it again with everything; throws, and stays locked, if this is not its secret.
 * @param {string} secret
 */
export const openAgain = (secret) =>
  oneAtATime(async () => {
    const away = await lockedAway();
    if (!away || away.isPart) return;
    const { hasKey, vault, changes = [], meta } = readBack(await opened(away, secret));
    const key = await newKey();
    /** @type {Row[]} */
    const put = meta.map((/** @type {[string, unknown]} */ [name, value]) => ["meta", name, value]);
    let isAside = false;
    for (const [name, { doc, row, generation, at }] of vault) {
      put.push(["vault", name, doc ? { ...(await seal(key, doc, generation)), at } : row]);
      isAside ||= Boolean(doc) && typeof name === "string";
    }
    for (const [name, { doc, row, generation, at }] of changes) {
      const sealed = doc ? { ...(await seal(key, doc, generation, labelOf(name))), at } : row;
      put.push(["changes", name, sealed]);
    }
    if (hasKey) put.push(["keys", LOCAL, key]);
    if (isAside) put.push(["keys", `aside-${Date.now()}`, key]);
    await write({ put, drop: [ROW], check: isEmpty });
    restartOthers();
  });

// --- Only what came in under the link: accounts that were here before are nobody else's to lock or erase.

/** @param {string[] | undefined} before */
const cameIn = (before) => {
  const ids = new Set(before);
  return (/** @type {Entry} */ { id }) => !ids.has(id);
};

/** @param {string[] | undefined} before */
const dropCameIn = async (before) => {
  /** @param {VaultDocument} doc */
  const drop = (doc) => {
    doc.entries = doc.entries.filter((entry) => !cameIn(before)(entry));
    delete doc.backup;
  };
  await change(drop, { isWhole: true });
  await change(drop, { isWhole: true }); // the generation before this one has them still
};

/**
 * Erase what came in under this link.
 * @param {string[] | undefined} before
 */
export const erasePart = async (before) => {
  await dropCameIn(before);
  await write({ drop: [ROW] });
};

/**
 * Lock what came in; the copy that is sealed is there before anything goes.
 * @param {Order} order
 * @param {string} secret
 * @param {string[] | undefined} before
 */
export const lockPart = async (order, secret, before) => {
  if (!(await lockedAway())) {
    const { entries, backup } = current();
    const text = written({ entries: entries.filter(cameIn(before)), backup });
    const row = await sealedRow(order, secret, text, true);
    await write({ put: [[...ROW, row]] });
  }
  await dropCameIn(before);
};

/**
 * Put back what was locked, beside what is here.
 * @param {string} secret
 */
export const openPart = async (secret) => {
  const away = await lockedAway();
  if (!away?.isPart) return;
  const { entries, backup } = readBack(await opened(away, secret));
  await change((doc) => {
    const ids = new Set(doc.entries.map(({ id }) => id));
    doc.entries.push(...entries.filter((/** @type {Entry} */ { id }) => !ids.has(id)));
    if (backup) doc.backup ??= backup;
  });
  await write({ drop: [ROW] });
};
