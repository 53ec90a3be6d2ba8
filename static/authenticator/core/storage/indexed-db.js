// IndexedDB with promises. Rows are only ever written in one transaction, on disk when it ends. Nothing here
// waits without an end: in some browsers a page that was left with a transaction open locks out the next one.
import { PATIENCE, tooLate, within } from "../patience.js";
import { notRead, notSaved } from "./refusals.js";

const NAME = "latchkey-authenticator";
const VERSION = 2; // an app that knows no changes cannot open it, and so never writes over them
const STORES = ["keys", "vault", "meta", "changes"];
const HEAD = "head"; // in meta: the generations of the two slots, so that nobody reads thousands of accounts for that

/** @type {Promise<IDBDatabase> | null} */
let opened = null;
let wasCut = false; // whether something was given up because the page was left
const underway = new Map(); // transactions that are open, and whether they have to finish

const open = () => {
  let isLate = false;
  const opening = new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      const { result: db } = asked;
      for (const name of STORES) if (!db.objectStoreNames.contains(name)) db.createObjectStore(name);
    };
    asked.onsuccess = () => {
      const drop = () => {
        asked.result.close();
        opened = null;
      };
      asked.result.onversionchange = drop;
      asked.result.onclose = drop;
      if (isLate) drop();
      else resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
  return within(PATIENCE.storage, "the storage", opening, () => {
    isLate = true;
  });
};

const database = () => {
  opened ??= open().catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
};

/** @param {IDBRequest} asked */
const answerOf = (asked) =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

/**
 * End a transaction that does not; one that is being written to disk can no longer be ended.
 * @param {IDBTransaction} transaction
 */
const cut = (transaction) => {
  try {
    transaction.abort();
    return true;
  } catch {
    return false;
  }
};

/**
 * Settles once the transaction is over; `hasToFinish` when the page is left meanwhile.
 * @param {IDBTransaction} transaction
 * @param {boolean} hasToFinish
 */
const ended = (transaction, hasToFinish) => {
  underway.set(transaction, hasToFinish);
  const over = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    // Of the request: the transaction's own comes with its end, and a full disk would have no name.
    transaction.onerror = ({ target }) => reject(/** @type {IDBRequest} */ (target).error);
  });
  over.catch(() => {}).finally(() => underway.delete(transaction));
  return over;
};

/**
 * The same with an end: what could not be cut is perhaps written, and that is said.
 * @param {IDBTransaction} transaction
 * @param {Promise<unknown>} over
 */
const inTime = (transaction, over) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      underway.delete(transaction);
      reject(Object.assign(tooLate("the storage"), { isUnsure: !cut(transaction) }));
    }, PATIENCE.storage);
    over.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/**
 * @param {string[]} stores
 * @param {IDBTransactionMode} mode
 * @param {IDBTransactionOptions} [options]
 */
const begin = async (stores, mode, options) => {
  const db = await database();
  try {
    return db.transaction(stores, mode, options);
  } catch {
    opened = null; // closed by the browser, as when the page was out of sight
    return (await database()).transaction(stores, mode, options);
  }
};

/** @param {string[]} stores @param {(transaction: IDBTransaction) => any} ask */
const reading = async (stores, ask) => {
  try {
    const transaction = await begin(stores, "readonly");
    const found = Promise.all([ask(transaction), ended(transaction, false)]);
    return (await within(PATIENCE.storage, "the storage", found, () => cut(transaction)))[0];
  } catch (error) {
    throw notRead(error);
  }
};

/**
 * Read rows by [store, key]; `undefined` where there is none.
 * @param {...Place} wanted
 */
export const read = (...wanted) =>
  reading(STORES, (transaction) =>
    Promise.all(wanted.map(([name, key]) => answerOf(transaction.objectStore(name).get(key)))),
  );

/**
 * Read every row of a store: `[[key, value], …]`.
 * @param {string} name
 * @returns {Promise<[IDBValidKey, any][]>}
 */
export const readAll = (name) =>
  reading([name], async (transaction) => {
    const rows = transaction.objectStore(name);
    const asked = [answerOf(rows.getAllKeys()), answerOf(rows.getAll())];
    const [keys, values] = await Promise.all(asked);
    return keys.map((/** @type {IDBValidKey} */ key, /** @type {number} */ at) => [key, values[at]]);
  });

/** @param {IDBTransaction} transaction */
const lastChange = async (transaction) => {
  const asked = transaction.objectStore("changes").openKeyCursor(null, "prev");
  const cursor = await answerOf(asked);
  return cursor ? { generation: cursor.key } : undefined;
};

/**
 * The generations that are there: `[slot 0, slot 1, the last change]`, each `{generation}` or `undefined`.
 * @param {IDBTransaction} transaction
 */
const headsIn = async (transaction) => {
  const [meta, vault] = [transaction.objectStore("meta"), transaction.objectStore("vault")];
  const [known, last] = await Promise.all([answerOf(meta.get(HEAD)), lastChange(transaction)]);
  if (known) return [...known.map((/** @type {number} */ generation) => (generation ? { generation } : undefined)), last];
  const rows = await Promise.all([vault.get(0), vault.get(1)].map(answerOf)); // of an earlier version of the app
  return [...rows, last];
};

/** Read the generations that are there, as `check` sees them. */
export const readHeads = () => reading(STORES, headsIn);

/**
 * What the head becomes by these rows; `null` if they do not concern it.
 * @param {Head[]} heads
 * @param {Writing} given
 */
const nextHead = (heads, { put, drop, clear }) => {
  const isSlot = (/** @type {Place | Row} */ [store, key]) => store === "vault" && (key === 0 || key === 1);
  const isAny = clear.includes("vault") || put.some(isSlot) || drop.some(isSlot);
  if (!isAny) return null;
  const next = clear.includes("vault") ? [0, 0] : heads.slice(0, 2).map((row) => row?.generation ?? 0);
  for (const [, key] of drop.filter(isSlot)) next[Number(key)] = 0;
  for (const [, key, row] of put.filter(isSlot)) {
    next[Number(key)] = /** @type {Head} */ (row)?.generation ?? 0;
  }
  return next;
};

/** @type {{ heads?: Head[], error?: unknown }} */
const NOTHING = {};

/**
 * Have `check` look at what is there, in the same transaction; gives the heads, or what it threw.
 * @param {IDBTransaction} transaction
 * @param {Writing["check"]} check
 * @returns {Promise<{ heads?: Head[], error?: unknown }>}
 */
const looked = async (transaction, check) => {
  const meta = transaction.objectStore("meta");
  const asked = [headsIn(transaction), answerOf(meta.get("lock")), answerOf(meta.get("device"))];
  const [heads, lock, device] = await Promise.all(asked);
  try {
    check?.(heads, lock, device);
  } catch (error) {
    cut(transaction);
    return { error };
  }
  return { heads };
};

/** @param {Writing} rows */
const writing = async (rows) => {
  const { put, drop, clear, check, isAside } = rows;
  const transaction = await begin(STORES, "readwrite", { durability: "strict" });
  const done = inTime(transaction, ended(transaction, !isAside));
  done.catch(() => {});
  try {
    const { heads, error } = await Promise.race([looked(transaction, check), done.then(() => NOTHING)]);
    if (error) return error;
    const head = nextHead(heads ?? [], rows);
    for (const store of clear) transaction.objectStore(store).clear();
    for (const [store, key] of drop) transaction.objectStore(store).delete(key);
    for (const [store, key, value] of put) transaction.objectStore(store).put(value, key);
    if (head?.some(Boolean)) transaction.objectStore("meta").put(head, HEAD);
    else if (head) transaction.objectStore("meta").delete(HEAD);
    transaction.commit?.(); // asked for at once, so that a page that is left does not undo it
  } catch (error) {
    cut(transaction);
    throw error;
  }
  await done;
  return null;
};

/**
 * Write all of it or nothing: `put` and `drop` list [store, key, value]. `check(heads, lock, device)`
 * sees first which generations are there, the lock and who this phone is, in the same transaction, and
 * what it throws is thrown. `clear` names stores that are emptied before. `isAside`:
 * given up when the page is left, as the next start does it again.
 * @param {Partial<Writing>} rows
 */
export const write = async (rows) => {
  const usual = { put: [], drop: [], clear: [], check: null, isAside: false };
  const refused = await writing({ ...usual, ...rows }).catch((error) => Promise.reject(notSaved(error)));
  if (refused) throw refused;
};

// In WebKit a page that is left in the middle of a transaction keeps the database locked for all that come
// after it. What only reads, or is done again at the next start, ends here; what a person saves finishes.
window.addEventListener("pagehide", () => {
  for (const [transaction, hasToFinish] of underway) {
    if (!hasToFinish) wasCut = cut(transaction) || wasCut;
  }
});
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted && wasCut) location.reload();
});
