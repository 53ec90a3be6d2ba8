// IndexedDB with promises. Rows are only ever written in one transaction, on disk when it ends.
const NAME = "latchkey-authenticator";
const VERSION = 1;
const STORES = ["keys", "vault", "meta"];

let opened = null;

const open = () =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      for (const name of STORES) asked.result.createObjectStore(name);
    };
    asked.onsuccess = () => {
      const drop = () => {
        asked.result.close();
        opened = null;
      };
      asked.result.onversionchange = drop;
      asked.result.onclose = drop;
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });

const database = () => {
  opened ??= open().catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
};

const answerOf = (asked) =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

/** Read rows by [store, key]; `undefined` where there is none. */
export const read = async (...wanted) => {
  const db = await database();
  const transaction = db.transaction(STORES, "readonly");
  return Promise.all(wanted.map(([name, key]) => answerOf(transaction.objectStore(name).get(key))));
};

/** Read every row of a store: `[[key, value], …]`. */
export const readAll = async (name) => {
  const db = await database();
  const rows = db.transaction([name], "readonly").objectStore(name);
  const [keys, values] = await Promise.all([answerOf(rows.getAllKeys()), answerOf(rows.getAll())]);
  return keys.map((key, at) => [key, values[at]]);
};

/**
 * Write all of it or nothing: `put` and `drop` list [store, key, value]. `check(rows, lock, device)`
 * sees the two generations of the vault, the lock and who this phone is first, in the same
 * transaction, and may throw. `clear` names stores that are emptied before.
 */
export const write = async ({ put = [], drop = [], clear = [], check = () => {} }) => {
  const db = await database();
  const transaction = db.transaction(STORES, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    transaction.onerror = () => reject(transaction.error);
  });
  done.catch(() => {});
  try {
    const vault = transaction.objectStore("vault");
    const meta = transaction.objectStore("meta");
    const asked = [vault.get(0), vault.get(1), meta.get("lock"), meta.get("device")].map(answerOf);
    const [first, second, lock, device] = await Promise.all(asked);
    check([first, second], lock, device);
    for (const store of clear) transaction.objectStore(store).clear();
    for (const [store, key] of drop) transaction.objectStore(store).delete(key);
    for (const [store, key, value] of put) transaction.objectStore(store).put(value, key);
  } catch (error) {
    transaction.abort();
    throw error;
  }
  return done;
};
