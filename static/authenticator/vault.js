// The accounts on this phone: two sealed generations, one writer at a time, nothing half-written.
import { FORMAT, emptyDocument, living } from "./entries.js";
import { forget, known, noteSaving, remember, wasCutShort } from "./mark.js";
import { exclusively } from "./patience.js";
import { Refusal } from "./refusal.js";
import { canKeepKeys, newKey, seal, unseal } from "./seal.js";
import { notSaved } from "./storage-words.js";
import { read, write } from "./store.js";
import { _ } from "./words.js";

const LOCK = "latchkey-authenticator";
const LOCAL_KEY = ["keys", "local"];
const LOCK_ROW = ["meta", "lock"];
const ERASED = ["meta", "erased"];
const BEGUN = ["meta", "begun"]; // when an erasure was followed by an empty list
const AWAY = ["meta", "locked"]; // what the portal locked; see portal-lock.js
const ASIDE = ["meta", "aside"]; // which row of the vault was put aside with its lock
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
const state = { doc: emptyDocument(), generation: 0, slot: 1, key: null, readOnly: false };
let keepsKey = true; // false while the lock is what opens the vault

/** Whether this lock encrypts: without it nothing opens the vault. */
export const seals = (lock) => ["passphrase", "passkey"].includes(lock?.kind);

/** The document as it stands; never change it, use `change`. */
export const current = () => state.doc;

/** Call this whenever the document is another one; gives the function that ends that. */
export const subscribe = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const announce = () => {
  for (const listener of [...listeners]) listener(state.doc);
};

/** Open the newest generation that can be opened; tells how many newer ones could not. */
const newest = async (rows, key) => {
  const found = rows.map((row, slot) => ({ row, slot })).filter(({ row }) => row);
  found.sort((a, b) => b.row.generation - a.row.generation);
  for (const [skipped, { row, slot }] of found.entries()) {
    try {
      return { doc: await unseal(key, row), row, slot, skipped };
    } catch {
      // Damaged: the other one is there for this.
    }
  }
  return null;
};

const generationOf = (rows) => Math.max(0, ...rows.map((row) => row?.generation ?? 0));

const take = ({ doc, slot }, rows, key) => {
  const readOnly = doc.format > FORMAT;
  Object.assign(state, { doc, slot, key, readOnly, generation: generationOf(rows) });
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

/** Open what is on the phone with this key; answers as `load` does. */
export const openWith = async (key) => {
  const rows = await read(...SLOTS);
  const at = Math.max(...rows.map((row) => row?.at ?? 0));
  const found = await newest(rows, key);
  if (!found) return { kind: "damaged", at };
  take(found, rows, key);
  announce();
  if (wasCutShort(state.generation)) return { kind: "unsaved" };
  if (state.readOnly) return { kind: "newer" };
  return found.skipped ? { kind: "older", at: found.row.at } : { kind: "open" };
};

/** Take over what another tab wrote. What this one shows stays if there is nothing to read. */
const refresh = async () => {
  const wanted = [LOCAL_KEY, ERASED, BEGUN, AWAY, ...SLOTS];
  const [key, erased, begun, away, ...rows] = await read(...wanted);
  if (erased || (away && !away.isPart) || begun !== state.begun) throw new Error("erased");
  if (generationOf(rows) <= state.generation) return;
  const found = await newest(rows, key ?? state.key);
  if (found) take(found, rows, key ?? state.key);
};

const keep = async (doc) => {
  const generation = state.generation + 1;
  const key = state.key ?? (await newKey());
  const slot = 1 - state.slot;
  const row = await seal(key, doc, generation);
  const count = living(doc).length;
  await write({
    put: [
      ...(keepsKey ? [[...LOCAL_KEY, key]] : []),
      ["vault", slot, row],
      ["meta", "known", { count, at: row.at }],
    ],
    check: isNewest,
  });
  Object.assign(state, { doc, generation, slot, key });
  remember(count);
};

/** Nothing is written over a newer generation, nor beside a lock of the other kind. */
const isNewest = (rows, lock) => {
  const isOther = seals(lock) === keepsKey;
  if (isOther || generationOf(rows) > state.generation) throw new Error("written meanwhile");
};

/** One writer at a time, of all tabs. */
export const oneAtATime = (act) => exclusively(LOCK, act);

/**
 * Change the document and save it: `act(doc)` works on a copy. Either it is saved and every tab
 * shows it, or `Refusal` is thrown and nothing changed.
 */
export const change = (act) =>
  oneAtATime(async () => {
    if (state.readOnly) {
      throw new Refusal(_("A newer version of this app saved these accounts. Update the app."));
    }
    await refresh().catch((error) => Promise.reject(notSaved(error.cause ?? error)));
    const doc = structuredClone(state.doc);
    const result = act(doc);
    noteSaving(state.generation + 1);
    try {
      await keep(doc);
    } catch (error) {
      throw notSaved(error);
    } finally {
      noteSaving(0);
    }
    announce();
    channel.postMessage("changed");
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
 */
export const rekey = (key, lock) =>
  oneAtATime(async () => {
    await refresh();
    const { doc, generation } = state;
    const rows = [await seal(key, doc, generation + 1), await seal(key, doc, generation + 2)];
    const isKept = !seals(lock);
    const put = rows.map((row, slot) => ["vault", slot, row]);
    if (isKept) put.push([...LOCAL_KEY, key]);
    if (lock) put.push([...LOCK_ROW, lock]);
    const drop = [...(isKept ? [] : [LOCAL_KEY]), ...(lock ? [] : [LOCK_ROW])];
    try {
      await write({ put, drop, check: isNewest });
    } catch (error) {
      throw notSaved(error);
    }
    keepsKey = isKept;
    Object.assign(state, { key, generation: generation + 2, slot: 1 });
    channel.postMessage("lock");
  });

/** What locks the app: `null`, or a row whose `kind` is pin, passphrase or passkey. */
export const lockRow = async () => (await read(LOCK_ROW))[0] ?? null;

/** A lock that seals holds the only copy of the key: one that hides never takes its place. */
const sealsNot = (_rows, lock) => {
  if (!seals(lock)) return;
  throw new Refusal(_("The lock was changed in another tab. Nothing was changed here."));
};

/** Put a lock that only hides the page, or take it away with `null`. */
export const setScreenLock = async (lock) => {
  const rows = lock ? { put: [[...LOCK_ROW, lock]] } : { drop: [LOCK_ROW] };
  await write({ ...rows, check: sealsNot }).catch((error) => {
    throw notSaved(error);
  });
  channel.postMessage("lock");
};

/** The rows that keep what cannot be opened; what a lock seals stays together with it. */
const asideRows = (key, lock, rows) => {
  if (seals(lock)) {
    const name = `aside-${Date.now()}`;
    return [
      ["vault", name, { lock, rows }],
      [...ASIDE, name],
    ];
  }
  const put = rows.flatMap((row, slot) => (row ? [["vault", `aside-${row.at}-${slot}`, row]] : []));
  return key ? [...put, ["keys", `aside-${Date.now()}`, key]] : put;
};

/**
 * Put what cannot be opened aside, where it stays, and begin with an empty list; in order to recover,
 * how many accounts there were is not forgotten.
 */
export const beginAnew = async ({ toRecover = false } = {}) => {
  const [key, lock, ...rows] = await read(LOCAL_KEY, LOCK_ROW, ...SLOTS);
  const isAsRead = (found, present) => {
    const isSame = generationOf(found) === generationOf(rows) && seals(present) === seals(lock);
    if (!isSame) throw new Error("written meanwhile");
  };
  const put = asideRows(key, lock, rows);
  await write({ put, drop: [...SLOTS, LOCAL_KEY, LOCK_ROW], check: isAsRead });
  keepsKey = true;
  Object.assign(state, { doc: emptyDocument(), generation: 0, slot: 1, key: null });
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
    const [{ lock, rows }] = await read(["vault", name]);
    const put = rows.flatMap((row, slot) => (row ? [["vault", slot, row]] : []));
    const isOlder = (found) => {
      if (state.doc.entries.length || generationOf(found) >= generationOf(rows)) {
        throw new Error("there is something here already");
      }
    };
    await write({
      put: [...put, [...LOCK_ROW, lock]],
      drop: [...SLOTS, LOCAL_KEY, ASIDE, ["vault", name]],
      check: isOlder,
    });
    channel.postMessage("lock");
  });

/**
 * Erase all of it: first what opens it, then the rest, with `note` in its place. Other tabs begin
 * again, and none can write back what it still shows.
 */
export const erase = (note) =>
  oneAtATime(async () => {
    await write({ clear: ["keys"], drop: [LOCK_ROW], put: [[...ERASED, note]] });
    await write({ clear: ["vault", "meta"], put: [[...ERASED, note]] });
    forget();
    Object.assign(state, { doc: emptyDocument(), generation: 0, slot: 1, key: null });
    channel.postMessage("lock");
  });

/** Write what is left of an erased list anew, or with `null` begin with an empty one. */
export const noteErased = (note) =>
  write(note ? { put: [[...ERASED, note]] } : { drop: [ERASED], put: [[...BEGUN, Date.now()]] });

channel.addEventListener("message", ({ data }) => {
  if (data === "lock") location.reload();
  else oneAtATime(refresh).then(announce, () => {});
});
