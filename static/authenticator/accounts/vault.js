// The accounts on this phone: two sealed generations, one writer at a time, nothing half-written.
import { FORMAT, emptyDocument, living } from "./entries.js";
import { forget, known, noteSaving, remember, wasCutShort } from "../core/storage/marker.js";
import { exclusively } from "../core/patience.js";
import { Refusal } from "../core/refusal.js";
import { draftOf } from "../otp/difference.js";
import { generationOf, isScattered, labelOf, newest, nextRows, wholeRows } from "./generations.js";
import { canKeepKeys, newKey, seal } from "../core/storage/encryption.js";
import { notSaved } from "../core/storage/refusals.js";
import { read, readAll, readHeads, write } from "../core/storage/indexed-db.js";
import { _ } from "../core/i18n.js";

const LOCK = "latchkey-authenticator";
/** @type {[string, string]} */
const LOCAL_KEY = ["keys", "local"];
/** @type {[string, string]} */
const LOCK_ROW = ["meta", "lock"];
/** @type {[string, string]} */
const ERASED = ["meta", "erased"];
/** @type {[string, string]} */
const BEGUN = ["meta", "begun"]; // when an erasure was followed by an empty list
/** @type {[string, string]} */
const AWAY = ["meta", "locked"]; // what the portal locked; see portal-lock.js
/** @type {[string, string]} */
const ASIDE = ["meta", "aside"]; // which row of the vault was put aside with its lock
const QUIET = 2000; // milliseconds after a change
/** @type {[string, number][]} */
const SLOTS = [
  ["vault", 0],
  ["vault", 1],
];

/** Word to and from other tabs; none where the browser lets this site have nothing. */
const openChannel = () => {
  try {
    return new BroadcastChannel(LOCK);
  } catch {
    return Object.assign(new EventTarget(), { postMessage: () => {} });
  }
};
const channel = openChannel();
const listeners = new Set();
const NOTHING = { generation: 0, slot: 1, wholeAt: 0, size: 0, changes: 0, isMissing: false, key: null };
/** @type {VaultState} */
const state = { doc: emptyDocument(), ...NOTHING, readOnly: false };
let keepsKey = true; // false while the lock is what opens the vault

/**
 * Whether this lock encrypts: without it nothing opens the vault.
 * @param {AppLock | null | undefined} lock
 */
export const seals = (lock) => lock?.kind === "passphrase" || lock?.kind === "passkey";

/** The document as it stands; never change it, use `change`. */
export const current = () => state.doc;

/**
 * Call this whenever the document is another one; gives the function that ends that.
 * @param {(doc: VaultDocument) => void} listener
 */
export const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const announce = () => {
  for (const listener of [...listeners]) listener(state.doc);
};

/** @param {any} given @param {Head[]} heads @param {CryptoKey} key */
const take = ({ doc, slot, size, changes, isMissing }, heads, key) => {
  const readOnly = doc.format > FORMAT;
  const generation = generationOf(heads);
  const wholeAt = heads[slot]?.generation ?? 0;
  Object.assign(state, { doc, slot, size, changes, isMissing, wholeAt, key, readOnly, generation });
};

/** All rows of the document: the two whole ones, and those of the changes since. */
const readRows = async () => {
  const rows = await read(...SLOTS);
  return { rows, changes: (await readAll("changes")).map(([, row]) => row) };
};

const canaryHolds = () =>
  canKeepKeys(
    (key) => write({ put: [["keys", "canary", key]], isAside: true }),
    async () => (await read(["keys", "canary"]))[0],
  );

/**
 * Look at what this phone has. Answers with a `kind`:
 * open · unsaved (this tab was left before its last change was on disk) · older (the newest generation is damaged, the one before is shown, of `at`) · newer (made
 * by a newer app) · new · emptied (had `count` accounts) · locked (sealed by `lock`) ·
 * bare (keys cannot be kept here, a passphrase has to do) · keyless · damaged · unusable · erased
 * (because the portal said so; `note` is what is left) · away (locked by the portal until `away.until`)
 */
export const load = async () => {
  const [note, begun, away] = await read(ERASED, BEGUN, AWAY);
  if (note) return { kind: "erased", note };
  if (away && !away.isPart) return { kind: "away", away };
  state.begun = begun;
  const canKeep = await canaryHolds();
  const [key, lock, ...rows] = await read(LOCAL_KEY, LOCK_ROW, ...SLOTS);
  keepsKey = !seals(lock);
  if (!keepsKey) return { kind: "locked", lock };
  if (!rows.some(Boolean)) {
    const before = known();
    if (!canKeep) return { kind: "bare" };
    return before?.count ? { kind: "emptied", ...before } : { kind: "new" };
  }
  return key ? openWith(key) : { kind: "keyless" };
};

/**
 * Open what is on the phone with this key; answers as `load` does.
 * @param {CryptoKey} key
 */
export const openWith = async (key) => {
  const { rows, changes } = await readRows();
  const at = Math.max(...rows.map((/** @type {SealedRow | undefined} */ row) => row?.at ?? 0));
  const found = await newest(rows, changes, key);
  if (!found) return { kind: "damaged", at };
  take(found, [...rows, ...changes], key);
  announce();
  if (wasCutShort(state.generation)) return { kind: "unsaved" };
  if (state.readOnly) return { kind: "newer" };
  return found.isMissing ? { kind: "older", at: found.at } : { kind: "open" };
};

/** Take over what another tab wrote. What this one shows stays if there is nothing to read. */
const refresh = async () => {
  const [key, erased, begun, away] = await read(LOCAL_KEY, ERASED, BEGUN, AWAY);
  if (erased || (away && !away.isPart) || begun !== state.begun) throw new Error("erased");
  if (generationOf(await readHeads()) <= state.generation) return;
  const { rows, changes } = await readRows();
  const found = await newest(rows, changes, key ?? state.key);
  if (found) take(found, [...rows, ...changes], key ?? state.key);
};

/** @param {any} given @param {CryptoKey} key @param {VaultDocument} doc */
const store = async ({ put, drop, at, generation, kept }, key, doc) => {
  const count = living(doc).length;
  await write({
    put: [
      ...(keepsKey ? [[...LOCAL_KEY, key]] : []),
      ...put,
      ["meta", "known", { count, at }],
    ],
    drop,
    check: isNewest,
  });
  Object.assign(state, kept, { doc, generation, key });
  if ("slot" in kept) state.wholeAt = generation;
  remember(count);
};

/** @param {VaultDocument} doc @param {boolean} isWhole */
const keep = async (doc, isWhole) => {
  const key = state.key ?? (await newKey());
  await store(await nextRows(state, key, doc, isWhole), key, doc);
};

/** Put what changed together with the rest, while nobody waits for it. */
const gather = () =>
  oneAtATime(async () => {
    await refresh();
    if (isScattered(state)) {
      const key = /** @type {CryptoKey} */ (state.key);
      await store(await wholeRows(state, key), key, state.doc);
    }
  });

let gathering = 0;

const gatherSoon = () => {
  clearTimeout(gathering);
  gathering = setTimeout(() => gather().catch(() => {}), QUIET); // after the next change it is tried again
};

/**
 * Nothing is written over a newer generation, nor beside a lock of the other kind.
 * @param {Head[]} heads
 * @param {AppLock | undefined} lock
 */
const isNewest = (heads, lock) => {
  const isOther = seals(lock) === keepsKey;
  if (isOther || generationOf(heads) > state.generation) throw new Error("written meanwhile");
};

/**
 * One writer at a time, of all tabs.
 * @template T
 * @param {() => T | Promise<T>} act
 */
export const oneAtATime = (act) => exclusively(LOCK, act);

/**
 * Change the document and save it: `act(doc)` works on a copy. Either it is saved and every tab
 * shows it, or `Refusal` is thrown and nothing changed. `isWhole`: what goes is to go from the disk too.
 * @template T
 * @param {(doc: VaultDocument) => T} act
 * @param {{ isWhole?: boolean }} [given]
 * @returns {Promise<T>}
 */
export const change = (act, { isWhole = false } = {}) =>
  oneAtATime(async () => {
    if (state.readOnly) {
      throw new Refusal(_("A newer version of this app saved these accounts. Update the app."));
    }
    await refresh().catch((error) => Promise.reject(notSaved(error.cause ?? error)));
    const doc = draftOf(state.doc);
    const result = act(doc);
    noteSaving(state.generation + 1);
    try {
      await keep(doc, isWhole);
    } catch (error) {
      throw notSaved(error);
    } finally {
      noteSaving(0);
    }
    announce();
    channel.postMessage("changed");
    if (isScattered(state)) gatherSoon();
    return result;
  });

/** Whether the accounts are open in this tab. */
export const isOpen = () => state.key !== null;

/** Let every other tab begin again. */
export const restartOthers = () => channel.postMessage("lock");

/** The document as the last tab that wrote left it. */
export const fresh = () =>
  oneAtATime(async () => {
    const { generation } = state;
    await refresh();
    if (state.generation !== generation) announce();
    return state.doc;
  });

/**
 * Seal everything anew under another key, both generations at once, and keep `lock` (what opens it)
 * or, with `null`, the key itself. Other tabs begin again.
 * @param {CryptoKey} key
 * @param {AppLock | null} lock
 */
export const rekey = (key, lock) =>
  oneAtATime(async () => {
    await refresh();
    const { doc, generation } = state;
    const rows = [await seal(key, doc, generation + 1), await seal(key, doc, generation + 2)];
    const isKept = !seals(lock);
    const put = rows.map((row, slot) => /** @type {Row} */ (["vault", slot, row]));
    if (isKept) put.push([...LOCAL_KEY, key]);
    if (lock) put.push([...LOCK_ROW, lock]);
    const drop = [...(isKept ? [] : [LOCAL_KEY]), ...(lock ? [] : [LOCK_ROW])];
    try {
      await write({ put, drop, clear: ["changes"], check: isNewest });
    } catch (error) {
      throw notSaved(error);
    }
    keepsKey = isKept;
    const size = rows[1].sealed.byteLength;
    const last = generation + 2;
    Object.assign(state, { key, generation: last, wholeAt: last, slot: 1, size, changes: 0, isMissing: false });
    channel.postMessage("lock");
  });

/** What locks the app: `null`, or a row whose `kind` is pin, passphrase or passkey. */
export const lockRow = async () => (await read(LOCK_ROW))[0] ?? null;

/**
 * A lock that seals holds the only copy of the key: one that hides never takes its place.
 * @param {unknown} _rows
 * @param {AppLock | undefined} lock
 */
const sealsNot = (_rows, lock) => {
  if (!seals(lock)) return;
  throw new Refusal(_("The lock was changed in another tab. Nothing was changed here."));
};

/**
 * Put a lock that only hides the page, or take it away with `null`.
 * @param {AppLock | null} lock
 */
export const setScreenLock = async (lock) => {
  /** @type {Partial<Writing>} */
  const rows = lock ? { put: [[...LOCK_ROW, lock]] } : { drop: [LOCK_ROW] };
  await write({ ...rows, check: sealsNot }).catch((error) => {
    throw notSaved(error);
  });
  channel.postMessage("lock");
};

/**
 * The rows that keep what cannot be opened; what a lock seals stays together with it.
 * @param {CryptoKey | undefined} key
 * @param {AppLock | undefined} lock
 * @param {{ rows: (SealedRow | undefined)[], changes: SealedRow[] }} given
 * @returns {Row[]}
 */
const asideRows = (key, lock, { rows, changes }) => {
  if (seals(lock)) {
    const name = `aside-${Date.now()}`;
    return [
      ["vault", name, { lock, rows, changes }],
      [...ASIDE, name],
    ];
  }
  /** @type {Row[]} */
  const put = rows.flatMap((row, slot) => (row ? [["vault", `aside-${row.at}-${slot}`, row]] : []));
  for (const row of changes) put.push(["vault", `aside-${row.at}-${labelOf(row.generation)}`, row]);
  return key ? [...put, ["keys", `aside-${Date.now()}`, key]] : put;
};

/**
 * Put what cannot be opened aside, where it stays, and begin with an empty list; in order to recover,
 * how many accounts there were is not forgotten.
 */
export const beginAnew = async ({ toRecover = false } = {}) => {
  const [key, lock] = await read(LOCAL_KEY, LOCK_ROW);
  const { rows, changes } = await readRows();
  const last = generationOf([...rows, ...changes]);
  /** @param {Head[]} heads @param {AppLock | undefined} present */
  const isAsRead = (heads, present) => {
    const isSame = generationOf(heads) === last && seals(present) === seals(lock);
    if (!isSame) throw new Error("written meanwhile");
  };
  const put = asideRows(key, lock, { rows, changes });
  const drop = [...SLOTS, LOCAL_KEY, LOCK_ROW];
  await write({ put, drop, clear: ["changes"], check: isAsRead });
  keepsKey = true;
  Object.assign(state, { doc: emptyDocument(), ...NOTHING });
  if (!toRecover) remember(0);
  announce();
  channel.postMessage("lock");
};

/** Whether sealed accounts were put aside, and the list is empty still. */
export const hasAside = async () =>
  state.doc.entries.length === 0 && Boolean((await read(ASIDE))[0]);

/** Go back to the sealed accounts that were put aside: they are locked as they were. */
export const bringBack = () =>
  oneAtATime(async () => {
    await refresh();
    const [name] = await read(ASIDE);
    const [{ lock, rows, changes = [] }] = await read(["vault", name]);
    /** @type {Row[]} */
    const put = rows.flatMap((/** @type {SealedRow | undefined} */ row, /** @type {number} */ slot) =>
      row ? [["vault", slot, row]] : [],
    );
    for (const row of changes) put.push(["changes", row.generation, row]);
    /** @param {Head[]} heads */
    const isOlder = (heads) => {
      if (state.doc.entries.length || generationOf(heads) >= generationOf([...rows, ...changes])) {
        throw new Error("there is something here already");
      }
    };
    await write({
      put: [...put, [...LOCK_ROW, lock]],
      drop: [...SLOTS, LOCAL_KEY, ASIDE, ["vault", name]],
      clear: ["changes"],
      check: isOlder,
    });
    channel.postMessage("lock");
  });

/**
 * Erase all of it: first what opens it, then the rest, with `note` in its place. Other tabs begin
 * again, and none can write back what it still shows.
 * @param {ErasedNote} note
 */
export const erase = (note) =>
  oneAtATime(async () => {
    await write({ clear: ["keys"], drop: [LOCK_ROW], put: [[...ERASED, note]] });
    await write({ clear: ["vault", "meta", "changes"], put: [[...ERASED, note]] });
    forget();
    Object.assign(state, { doc: emptyDocument(), ...NOTHING });
    channel.postMessage("lock");
  });

/**
 * Write what is left of an erased list anew, or with `null` begin with an empty one.
 * @param {ErasedNote | null} note
 */
export const noteErased = (note) =>
  write(note ? { put: [[...ERASED, note]] } : { drop: [ERASED], put: [[...BEGUN, Date.now()]] });

channel.addEventListener("message", (event) => {
  const { data } = /** @type {MessageEvent} */ (event);
  if (data === "lock") location.reload();
  else oneAtATime(refresh).then(announce, () => {});
});
