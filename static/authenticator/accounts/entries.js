// What can be done with the list of accounts; every function changes the document it is given.
export const FORMAT = 1;
const TRASH_DAYS = 30;
const DAY = 86_400_000;

/** @returns {VaultDocument} */
export const emptyDocument = () => ({ format: FORMAT, entries: [], settings: {} });

/** @param {Entry} entry */
const isHeld = (entry) => !entry.gone;

/**
 * The accounts that make codes, pinned ones first, then by their order.
 * @param {VaultDocument} doc
 */
export const living = (doc) =>
  doc.entries
    .filter((entry) => isHeld(entry) && !entry.trashed)
    .sort((a, b) => Number(Boolean(b.pinned)) - Number(Boolean(a.pinned)) || a.order - b.order);

/**
 * The accounts in the trash, newest first.
 * @param {VaultDocument} doc
 */
export const trashed = (doc) =>
  doc.entries.filter((entry) => isHeld(entry) && entry.trashed).sort((a, b) => (b.trashed ?? 0) - (a.trashed ?? 0));

/** @param {VaultDocument} doc @param {string} id */
export const byId = (doc, id) => doc.entries.find((entry) => entry.id === id && isHeld(entry));

/**
 * Every tag in use, in the order of the alphabet.
 * @param {VaultDocument} doc
 */
export const tagsOf = (doc) =>
  [...new Set(living(doc).flatMap((entry) => entry.tags ?? []))].sort((a, b) => a.localeCompare(b));

/**
 * What makes two accounts the same one: not the key alone, services have shared keys before.
 * @param {Account} entry
 */
export const identity = (entry) =>
  JSON.stringify([
    entry.type,
    entry.issuer.normalize("NFC").toLowerCase(),
    entry.label.normalize("NFC").toLowerCase(),
    entry.secret ?? entry.raw,
    entry.algorithm,
    entry.digits,
    entry.type === "hotp" ? 0 : entry.period, // a counter has none, whatever is written there
  ]);

/**
 * A test for "is this account here already", in the list, or else in the trash.
 * @param {VaultDocument} doc
 */
export const finder = (doc) => {
  const held = new Map([...trashed(doc), ...living(doc)].map((entry) => [identity(entry), entry]));
  return (/** @type {Account} */ entry) => held.get(identity(entry));
};

/** @param {Entry} entry @param {Partial<Entry>} changes @param {number} time */
const touch = (entry, changes, time) => {
  Object.assign(entry, changes, { revision: entry.revision + 1, changed: time });
  return entry;
};

/**
 * Put accounts at the end of the list, each with an identity of its own.
 * @param {VaultDocument} doc
 * @param {Account[]} entries
 */
export const addAll = (doc, entries, time = Date.now()) => {
  let order = doc.entries.reduce((highest, each) => Math.max(highest, each.order ?? 0), 0);
  return entries.map((entry) => {
    order += 1;
    const id = crypto.randomUUID();
    const made = { tags: [], ...entry, id, revision: 1, created: time, changed: time, order };
    doc.entries.push(made);
    return made;
  });
};

/** @param {VaultDocument} doc @param {Account} entry */
export const add = (doc, entry, time = Date.now()) => addAll(doc, [entry], time)[0];

/**
 * Change an account; gives what it was before, for an undo.
 * @param {VaultDocument} doc
 * @param {string} id
 * @param {Partial<Entry>} changes
 */
export const edit = (doc, id, changes, time = Date.now()) => {
  const entry = byId(doc, id);
  if (!entry) return null;
  const names = /** @type {(keyof Entry)[]} */ (Object.keys(changes));
  const before = Object.fromEntries(names.map((name) => [name, entry[name]]));
  touch(entry, changes, time);
  return before;
};

/** @param {VaultDocument} doc @param {string} id */
export const trash = (doc, id, time = Date.now()) => edit(doc, id, { trashed: time }, time);

/** @param {VaultDocument} doc @param {string} id */
export const restore = (doc, id, time = Date.now()) => edit(doc, id, { trashed: 0 }, time);

/**
 * Draw a code of a counter: gives the counter to use, and never the same one twice.
 * @param {VaultDocument} doc
 * @param {string} id
 */
export const draw = (doc, id, time = Date.now()) => {
  const entry = /** @type {Entry} */ (byId(doc, id));
  const { counter = 0 } = entry;
  touch(entry, { counter: counter + 1 }, time);
  return counter;
};

/**
 * Tell whether codes of this counter were drawn elsewhere, up to where `entry` stands.
 * @param {Account} existing
 * @param {Account} entry
 */
export const isBehind = (existing, entry) =>
  existing.type === "hotp" && Number(entry.counter) > Number(existing.counter);

/**
 * What is said again of an account that is here: a counter never goes back.
 * @param {Entry | undefined} existing
 * @param {Account} entry
 */
const fromAgain = (existing, entry) => (existing && isBehind(existing, entry) ? { counter: entry.counter } : {});

/**
 * Move the counter of an account up to where it stands elsewhere.
 * @param {VaultDocument} doc
 * @param {string} id
 * @param {Account} entry
 */
export const catchUp = (doc, id, entry, time = Date.now()) =>
  edit(doc, id, fromAgain(byId(doc, id), entry), time);

/**
 * Bring an account back from the trash, with the counter it has elsewhere if that is higher.
 * @param {VaultDocument} doc
 * @param {string} id
 * @param {Account} entry
 */
export const bringBack = (doc, id, entry, time = Date.now()) =>
  edit(doc, id, { trashed: 0, ...fromAgain(byId(doc, id), entry) }, time);

/**
 * The moment an account in the trash will be gone.
 * @param {Entry} entry
 */
export const endOf = (entry) => Number(entry.trashed) + TRASH_DAYS * DAY;

/**
 * The moment a recovery can be undone no more; 0 if there is none, or its time has not begun.
 * @param {VaultDocument} doc
 */
export const endOfUndo = (doc) => {
  const at = doc.backup?.before?.at;
  return at ? at + TRASH_DAYS * DAY : 0;
};

/** @param {VaultDocument} doc */
export const hasOverdue = (doc, time = Date.now()) =>
  trashed(doc).some((entry) => endOf(entry) <= time) ||
  Boolean(doc.backup?.before && endOfUndo(doc) <= time);

/**
 * What it takes to undo a recovery goes as well; for one of an earlier app the time begins now.
 * @param {VaultDocument} doc
 * @param {number} time
 */
const purgeUndo = (doc, time) => {
  const { before } = doc.backup ?? {};
  if (!before) return;
  if (!before.at) before.at = time;
  else if (endOfUndo(doc) <= time) delete doc.backup?.before;
};

/**
 * Let what was in the trash for 30 days go; a mark of it stays, so that no copy brings it back.
 * @param {VaultDocument} doc
 */
export const purge = (doc, time = Date.now()) => {
  purgeUndo(doc, time);
  doc.entries = doc.entries.map((entry) => {
    if (!isHeld(entry) || !entry.trashed || endOf(entry) > time) return entry;
    const mark = { id: entry.id, revision: entry.revision + 1, changed: time, gone: true };
    return /** @type {Entry} */ (mark);
  });
};

// Letters that Unicode does not take apart into a plain one and a mark.
/** @type {Record<string, string>} */
const PLAIN = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ħ: "h", ı: "i", ł: "l", þ: "th" };
const WHOLE = new RegExp(`[${Object.keys(PLAIN).join("")}]`, "g");

/**
 * A text as it is searched: without marks, however it was composed; "muller" finds "Müller".
 * @param {string} text
 */
const folded = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(WHOLE, (letter) => PLAIN[letter]);

const searched = new WeakMap(); // by entry: the revision, and its folded text

/** @param {Entry} entry */
const textOf = (entry) => {
  const before = searched.get(entry);
  if (before?.revision === entry.revision) return before.text;
  const names = [entry.issuer, entry.label, entry.notes ?? "", ...(entry.tags ?? [])];
  const text = folded(names.join(" "));
  searched.set(entry, { revision: entry.revision, text });
  return text;
};

/**
 * A test for "does this account fit what is searched for": every word, anywhere in its names.
 * @param {string} words
 * @param {string} tag
 */
export const searcher = (words, tag) => {
  const wanted = folded(words).split(/\s+/).filter(Boolean);
  return (/** @type {Entry} */ entry) => {
    if (tag && !(entry.tags ?? []).includes(tag)) return false;
    return wanted.every((word) => textOf(entry).includes(word));
  };
};

/**
 * What a person calls it.
 * @param {{ issuer: string, label: string }} entry
 */
export const nameOf = (entry) => entry.issuer || entry.label || "?";
