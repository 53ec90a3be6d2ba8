// The accounts on this phone: two sealed generations, one writer at a time, nothing half-written.
import { FORMAT, emptyDocument, living } from "./entries.js";
import { Refusal } from "./refusal.js";
import { canKeepKeys, newKey, seal, unseal } from "./seal.js";
import { read, write } from "./store.js";
import { _ } from "./words.js";

const LOCK = "latchkey-authenticator";
const MARK = "latchkey-authenticator-known";
const LOCAL_KEY = ["keys", "local"];
const SLOTS = [
  ["vault", 0],
  ["vault", 1],
];

const channel = new BroadcastChannel(LOCK);
const listeners = new Set();
const state = { doc: emptyDocument(), generation: 0, slot: 1, key: null, readOnly: false };

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

const remembered = () => {
  try {
    return JSON.parse(localStorage.getItem(MARK)) ?? null;
  } catch {
    return null;
  }
};

const remember = (count) => {
  try {
    localStorage.setItem(MARK, JSON.stringify({ count, at: Date.now() }));
  } catch {
    // It only helps to tell an emptied phone from a new one.
  }
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
    (key) => write({ put: [["keys", "canary", key]] }),
    async () => (await read(["keys", "canary"]))[0],
  );

/**
 * Look at what this phone has. Answers with a `kind`:
 * open · older (the newest generation is damaged, the one before is shown, of `at`) · newer (made
 * by a newer app) · new · emptied (had `count` accounts) · keyless · damaged · unusable
 */
export const load = async () => {
  if (!(await canaryHolds())) return { kind: "unusable" };
  const [key, ...rows] = await read(LOCAL_KEY, ...SLOTS);
  if (!rows.some(Boolean)) {
    const known = remembered();
    return known?.count ? { kind: "emptied", ...known } : { kind: "new" };
  }
  const at = Math.max(...rows.map((row) => row?.at ?? 0));
  if (!key) return { kind: "keyless", at };
  const found = await newest(rows, key);
  if (!found) return { kind: "damaged", at };
  take(found, rows, key);
  announce();
  if (state.readOnly) return { kind: "newer" };
  return found.skipped ? { kind: "older", at: found.row.at } : { kind: "open" };
};

/** Take over what another tab wrote. What this one shows stays if there is nothing to read. */
const refresh = async () => {
  const [key, ...rows] = await read(LOCAL_KEY, ...SLOTS);
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
      [...LOCAL_KEY, key],
      ["vault", slot, row],
      ["meta", "known", { count, at: row.at }],
    ],
    check: (rows) => {
      if (generationOf(rows) > state.generation) throw new Error("written meanwhile");
    },
  });
  Object.assign(state, { doc, generation, slot, key });
  remember(count);
};

const refusedWrite = (error) => {
  const full = error?.name === "QuotaExceededError";
  return new Refusal(
    full
      ? _("This was not saved: the phone has no room left. What you see is as before.")
      : _("This was not saved: the browser's storage refused it. What you see is as before."),
  );
};

const oneAtATime = (act) =>
  navigator.locks ? navigator.locks.request(LOCK, act) : Promise.resolve().then(act);

/**
 * Change the document and save it: `act(doc)` works on a copy. Either it is saved and every tab
 * shows it, or `Refusal` is thrown and nothing changed.
 */
export const change = (act) =>
  oneAtATime(async () => {
    if (state.readOnly) {
      throw new Refusal(_("A newer version of this app saved these accounts. Update the app."));
    }
    await refresh().catch((error) => Promise.reject(refusedWrite(error)));
    const doc = structuredClone(state.doc);
    const result = act(doc);
    try {
      await keep(doc);
    } catch (error) {
      throw refusedWrite(error);
    }
    announce();
    channel.postMessage("changed");
    return result;
  });

/** Put what cannot be opened aside, where it stays, and begin with an empty list. */
export const beginAnew = async () => {
  const [key, ...rows] = await read(LOCAL_KEY, ...SLOTS);
  const put = rows.flatMap((row, slot) => (row ? [["vault", `aside-${row.at}-${slot}`, row]] : []));
  if (key) put.push(["keys", `aside-${Date.now()}`, key]);
  await write({ put, drop: [...SLOTS, LOCAL_KEY] });
  Object.assign(state, { doc: emptyDocument(), generation: 0, slot: 1, key: null });
  remember(0);
  announce();
};

channel.addEventListener("message", () => oneAtATime(refresh).then(announce, () => {}));
