// What was opened comes to this phone: put together with what is here, in one transaction, and so
// that it can be taken back. First the accounts, then the portal: whatever fails, nothing is missing.
import { isRefused, mention } from "../backup/api.js";
import { linkedDevice, ownAll } from "../backup/device.js";
import { adopt, backupOf, hasKey, prove } from "../backup/state.js";
import { now } from "../clock.js";
import { emptyDocument } from "../entries.js";
import { isNewer, isWork } from "../lk1/document.js";
import { describe, merge } from "../lk1/merge.js";
import { Refusal } from "../refusal.js";
import { change, current } from "../vault.js";
import { _, moment } from "../words.js";
import { openChosen } from "./opened.js";
import { proveOpened } from "./prove.js";
import { complete, noteOpened, offers, versionOf } from "./portal.js";
import { keep, session } from "./session.js";

const TRIES = 3; // while the old phone saves under our hands

/**
 * What can be done with this backup: "back" if this phone saves it already, "list" if another backup
 * is on (this one can come into the list alone), else "take-over".
 */
export const choiceOf = (doc, { vault, state }, isOtherOn) => {
  if (hasKey(doc) && doc.backup.vault === vault && doc.backup.role === "active") return "back";
  return state !== "on" && isOtherOn ? "list" : "take-over";
};

/** What the backup would bring: `new`, `here`, `differs`, and what `only` this phone has. */
export const preview = () => describe({ mine: current(), theirs: session().doc });

const revisions = (doc) => Object.fromEntries(doc.entries.map(({ id, revision }) => [id, revision]));

/** What both phones once agreed on, if this one was in the backup and the state is not older. */
const commonOf = (doc, { vault, version }) => {
  const { vault: known, base, head } = backupOf(doc);
  return known === vault && base && version >= head ? base : null;
};

/** What to go back to: as it is now, or as it was before a try that did not get to its end. */
const beforeOf = ({ entries, settings, backup = {} }, { vault }) => {
  const { before, ...kept } = backup;
  if (before?.isOpen && before.vault === vault) return before;
  return { entries, settings, backup: kept, vault, isOpen: true };
};

/** Who chose an older state wants back what was deleted since. */
const revived = (theirs, doc) => {
  const held = new Map(doc.entries.map((entry) => [entry.id, entry]));
  const entries = theirs.entries.map((entry) => {
    const own = held.get(entry.id);
    if (entry.gone || entry.trashed || !(own?.gone || own?.trashed)) return entry;
    return { ...entry, revision: own.revision + 1, changed: Math.max(Date.now(), own.changed) };
  });
  return { ...theirs, entries };
};

/** Put what was opened into the document, with what it takes to undo that. */
const takeIn = (doc, { chosen, isOlder, doc: theirs }, name) => {
  const before = beforeOf(doc, chosen);
  const { before: _older, ...backup } = backupOf(doc);
  const merged = merge({
    base: commonOf(doc, chosen),
    a: { doc, phone: name },
    b: { doc: isOlder ? revived(theirs, doc) : theirs, phone: chosen.phone },
  });
  for (const field of Object.keys(doc)) delete doc[field];
  Object.assign(doc, merged);
  doc.backup = { ...backup, before: { ...before, at: now(), after: revisions(doc) } };
};

/** Note that the recovery came to its end: the next one begins from here. */
const close = () =>
  change((doc) => {
    doc.backup.before.isOpen = false;
  });

const bring = async () => {
  const { name } = await linkedDevice();
  const opened = session();
  await change((doc) => takeIn(doc, opened, name));
};

/** This phone saves from now on. What was brought counts as not saved: a new version follows. */
const adoptOpened = ({ epoch, head }) => {
  const { offer, chosen, secret, by } = session();
  const { vault, key } = chosen.envelope;
  const { saved, accounts } = chosen;
  const known = { vault, key, secret, epoch, head, saved, accounts, slots: offer.slots };
  return change((doc) => {
    const { before } = doc.backup;
    adopt(doc, { ...known, base: emptyDocument(), checked: head });
    doc.backup.before = before;
    if (by) prove(doc, by);
  });
};

/** The backup moved while this was looked at: take what is new there in as well. */
const catchUp = async () => {
  const { offer, chosen } = session();
  const found = (await offers()).vaults.find(({ vault }) => vault === offer.vault);
  if (!found) return;
  const isNewest = chosen.version === offer.head;
  keep({ offer: found });
  if (!isNewest) return;
  keep({ chosen: { ...(await versionOf(found.vault, found.head)), vault: found.vault } });
  await openChosen();
  await bring();
};

const later = ({ more }) =>
  new Refusal(
    _("This phone can take over from %(date)s. Until then you can just look.", {
      date: moment(Date.parse(more.from)),
    }),
  );

/** Say how it ended; a key that was not proved yet is, if the portal asks for that. */
const told = async (mode, vault, head) => {
  try {
    return await complete(mode, vault, head);
  } catch (error) {
    if (!isRefused(error, "held")) throw error;
    if (!(await proveOpened())) throw later(error);
    return complete(mode, vault, head);
  }
};

const finish = async (mode) => {
  for (let left = TRIES; ; left -= 1) {
    const { vault, head } = session().offer;
    try {
      return await told(mode, vault, head);
    } catch (error) {
      if (!left || !isRefused(error, "stale_head")) throw error;
      await catchUp();
    }
  }
};

/** Tell whether the backup was made by a newer app: then it can only be looked at. */
export const isTooNew = () => isNewer(session().doc);

let isBrought = null; // the state that is here already, if the portal could not be told of it

/** Restore: `mode` is take-over or view. Can be called again where it failed. */
export const restore = async (mode) => {
  const { chosen } = session();
  if (isBrought !== chosen.envelope) await bring();
  isBrought = chosen.envelope;
  const answer = await finish(mode);
  isBrought = null;
  if (mode === "take-over") {
    await adoptOpened(answer);
    await ownAll((await linkedDevice())?.installation);
  }
  await close();
  if (mode !== "take-over") return;
  const { by, tag } = session();
  if (by) mention(() => noteOpened(by, tag));
};

/** What of a document is ready, and which accounts of an organisation have to be given anew. */
export const tally = ({ entries }) => {
  const shown = entries.filter((entry) => !entry.gone && !entry.trashed);
  const required = shown.filter((entry) => isWork(entry) && !entry.secret);
  return { ready: shown.length - required.length, required };
};

/** Whether a recovery can be taken back. */
export const isUndoable = (doc) => Boolean(backupOf(doc).before);

const isTouched = (entry, after) => entry.revision !== after[entry.id];

/** Entries as they were: what was changed since stays, what came goes, what was replaced is back. */
const entriesBefore = (doc, { entries, after }, leave) => {
  const held = new Map(entries.map((entry) => [entry.id, entry]));
  const back = doc.entries.flatMap((entry) => {
    const own = held.get(entry.id);
    held.delete(entry.id);
    if (isTouched(entry, after)) return [entry];
    if (!own) return leave(entry);
    return [{ ...own, revision: entry.revision + 1 }];
  });
  return [...back, ...held.values()];
};

/**
 * Take a recovery back. On a phone that saves the same backup as before, what came goes to the trash, and
 * that is saved; on another one it goes, the backup keeps it, and nothing is saved from here any more.
 */
export const undo = (time = Date.now()) =>
  change((doc) => {
    const { before } = backupOf(doc);
    if (!before) throw new Refusal(_("This recovery can no longer be undone. Nothing was changed."));
    const isMember = Boolean(before.backup.secret) && before.backup.vault === doc.backup.vault;
    const toTrash = (entry) =>
      entry.gone || entry.trashed
        ? [entry]
        : [{ ...entry, trashed: time, revision: entry.revision + 1, changed: time }];
    doc.entries = entriesBefore(doc, before, isMember ? toTrash : () => []);
    doc.settings = before.settings;
    if (isMember) delete doc.backup.before;
    else doc.backup = before.backup;
  });
