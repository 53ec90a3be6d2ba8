// What was opened comes to this phone: put together with what is here, in one transaction, and so
// that it can be taken back. First the accounts, then the portal: whatever fails, nothing is missing.
import { isRefused, mention } from "../backup/portal/api.js";
import { ownAll, ownDevice } from "../backup/portal/device.js";
import { adopt, backupIn, backupOf, hasKey, prove } from "../backup/sync/state.js";
import { now } from "../otp/clock.js";
import { emptyDocument } from "../accounts/entries.js";
import { isNewer, isWork, replaceWith } from "../lk1/document.js";
import { describe, merge } from "../lk1/merge.js";
import { Refusal, asFailure } from "../core/refusal.js";
import { change, current } from "../accounts/vault.js";
import { _, moment } from "../core/i18n.js";
import { openChosen } from "./decrypt.js";
import { proveOpened } from "./prove.js";
import { complete, noteOpened, offers, versionOf } from "./api.js";
import { keep, needed, session } from "./session.js";

const TRIES = 3; // while the old phone saves under our hands

/**
 * What can be done with this backup: "back" if this phone saves it already, "list" if another backup
 * is on (this one can come into the list alone), else "take-over".
 * @param {VaultDocument} doc
 * @param {Offer} given
 * @param {boolean} isOtherOn
 */
export const choiceOf = (doc, { vault, state }, isOtherOn) => {
  if (hasKey(doc) && backupIn(doc).vault === vault && backupIn(doc).role === "active") return "back";
  return state !== "on" && isOtherOn ? "list" : "take-over";
};

/** What the backup would bring: `new`, `here`, `differs`, and what `only` this phone has. */
export const preview = () => describe({ mine: current(), theirs: needed("doc") });

/** @param {VaultDocument} doc */
const revisions = (doc) => Object.fromEntries(doc.entries.map(({ id, revision }) => [id, revision]));

/**
 * What both phones once agreed on, if this one was in the backup and the state is not older.
 * @param {VaultDocument} doc
 * @param {Chosen} given
 */
const commonOf = (doc, { vault, version }) => {
  const { vault: ownVault, base, head } = backupOf(doc);
  return ownVault === vault && base && version >= Number(head) ? base : null;
};

/**
 * What to go back to: as it is now, or as it was before a try that did not get to its end.
 * @param {VaultDocument} doc
 * @param {Chosen} chosen
 */
const beforeOf = (doc, { vault }) => {
  const { entries, settings } = doc;
  const { before, ...kept } = backupOf(doc);
  if (before?.isOpen && before.vault === vault) return before;
  return { entries, settings, backup: kept, vault, isOpen: true };
};

/**
 * Who chose an older state wants back what was deleted since.
 * @param {VaultDocument} theirs
 * @param {VaultDocument} doc
 */
const revived = (theirs, doc) => {
  const held = new Map(doc.entries.map((entry) => [entry.id, entry]));
  const entries = theirs.entries.map((entry) => {
    const own = held.get(entry.id);
    if (entry.gone || entry.trashed || !(own?.gone || own?.trashed)) return entry;
    return { ...entry, revision: own.revision + 1, changed: Math.max(Date.now(), own.changed) };
  });
  return { ...theirs, entries };
};

/**
 * Put what was opened into the document, with what it takes to undo that.
 * @param {VaultDocument} doc
 * @param {{ chosen: Chosen, isOlder: boolean, doc: VaultDocument }} opened
 * @param {string} name
 */
const takeIn = (doc, { chosen, isOlder, doc: theirs }, name) => {
  const before = beforeOf(doc, chosen);
  const { before: _older, ...backup } = backupOf(doc);
  const merged = merge({
    base: commonOf(doc, chosen),
    a: { doc, phone: name },
    b: { doc: isOlder ? revived(theirs, doc) : theirs, phone: chosen.phone },
  });
  replaceWith(doc, merged);
  const after = revisions(doc);
  doc.backup = /** @type {Backup} */ ({ ...backup, before: { ...before, at: now(), after } });
};

/** Note that the recovery came to its end: the next one begins from here. */
const close = () =>
  change((doc) => {
    const { before } = backupOf(doc);
    if (before) before.isOpen = false;
  });

const bring = async () => {
  const { name } = await ownDevice();
  const opened = { chosen: needed("chosen"), isOlder: session().isOlder, doc: needed("doc") };
  await change((doc) => takeIn(doc, opened, name));
};

/**
 * This phone saves from now on. What was brought counts as not saved: a new version follows.
 * @param {{ epoch: number, head: number }} given
 */
const adoptOpened = ({ epoch, head }) => {
  const { by } = session();
  const [offer, chosen, secret] = [needed("offer"), needed("chosen"), needed("secret")];
  const { vault, key } = chosen.envelope;
  const { saved, accounts } = chosen;
  const fields = { vault, key, secret, epoch, head, saved, accounts, slots: offer.slots };
  return change((doc) => {
    const { before } = backupOf(doc);
    adopt(doc, { ...fields, base: emptyDocument(), checked: head });
    backupIn(doc).before = before;
    if (by) prove(doc, by);
  });
};

/** The backup moved while this was looked at: take what is new there in as well. */
const catchUp = async () => {
  const [offer, chosen] = [needed("offer"), needed("chosen")];
  const found = (await offers()).vaults.find((/** @type {Offer} */ { vault }) => vault === offer.vault);
  if (!found) return;
  const isNewest = chosen.version === offer.head;
  keep({ offer: found });
  if (!isNewest) return;
  keep({ chosen: { ...(await versionOf(found.vault, found.head)), vault: found.vault } });
  await openChosen();
  await bring();
};

/** @param {Failure} given */
const later = ({ more }) =>
  new Refusal(
    _("This phone can take over from %(date)s. Until then you can just look.", {
      date: moment(Date.parse(more?.from)),
    }),
  );

/**
 * Say how it ended; a key that was not proved yet is, if the portal asks for that.
 * @param {string} mode
 * @param {string} vault
 * @param {number} head
 */
const completeProved = async (mode, vault, head) => {
  try {
    return await complete(mode, vault, head);
  } catch (error) {
    if (!isRefused(error, "held")) throw error;
    if (!(await proveOpened())) throw later(asFailure(error));
    return complete(mode, vault, head);
  }
};

/** @param {string} mode */
const finish = async (mode) => {
  for (let left = TRIES; ; left -= 1) {
    const { vault, head } = needed("offer");
    try {
      return await completeProved(mode, vault, head);
    } catch (error) {
      if (!left || !isRefused(error, "stale_head")) throw error;
      await catchUp();
    }
  }
};

/** Tell whether the backup was made by a newer app: then it can only be looked at. */
export const isTooNew = () => isNewer(needed("doc"));

/** @type {Envelope | null} */
let isBrought = null; // the state that is here already, if the portal could not be told of it

/**
 * Restore: `mode` is take-over or view. Can be called again where it failed.
 * @param {string} mode
 */
export const restore = async (mode) => {
  const chosen = needed("chosen");
  if (isBrought !== chosen.envelope) await bring();
  isBrought = chosen.envelope;
  const answer = await finish(mode);
  isBrought = null;
  if (mode === "take-over") {
    await adoptOpened(answer);
    await ownAll((await ownDevice()).installation);
  }
  await close();
  if (mode !== "take-over") return;
  const { by, tag } = session();
  if (by) mention(() => noteOpened(by, tag));
};

/**
 * What of a document is ready, and which accounts of an organisation have to be given anew.
 * @param {{ entries: Entry[] }} given
 */
export const tally = ({ entries }) => {
  const shown = entries.filter((entry) => !entry.gone && !entry.trashed);
  const required = shown.filter((entry) => isWork(entry) && !entry.secret);
  return { ready: shown.length - required.length, required };
};

/**
 * Whether a recovery can be taken back.
 * @param {VaultDocument} doc
 */
export const isUndoable = (doc) => Boolean(backupOf(doc).before);

/** @param {Entry} entry @param {Record<string, number>} after */
const isTouched = (entry, after) => entry.revision !== after[entry.id];

/**
 * Entries as they were: what was changed since stays, what came goes, what was replaced is back.
 * @param {VaultDocument} doc
 * @param {Before} given
 * @param {(entry: Entry) => Entry[]} leave
 */
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
    const isMember = Boolean(before.backup.secret) && before.backup.vault === backupOf(doc).vault;
    /** @param {Entry} entry */
    const toTrash = (entry) =>
      entry.gone || entry.trashed
        ? [entry]
        : [{ ...entry, trashed: time, revision: entry.revision + 1, changed: time }];
    doc.entries = entriesBefore(doc, before, isMember ? toTrash : () => []);
    doc.settings = before.settings;
    if (isMember) delete doc.backup?.before;
    else doc.backup = /** @type {Backup} */ (before.backup);
  });
