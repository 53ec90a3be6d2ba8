// Saving one version: sealed here, sent, opened again as the portal returns it. What is under way lies
// in the document until it is answered, so that a killed tab or a second one sends the very same again.
import { Refusal, asFailure } from "../../core/refusal.js";
import { openEnvelope, sealEnvelope } from "../../lk1/envelope.js";
import { exclusively } from "../../core/patience.js";
import { change, current, fresh } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { call, isRefused } from "../portal/api.js";
import { ownDevice } from "../portal/device.js";
import { pull } from "./merge-remote.js";
import { accountsIn, backupIn, changesIn, isOn, isSameContent, keyOf } from "./state.js";

const LOCK = "latchkey-authenticator-backup";
const ROUNDS = 5; // of save, merge, save again; more would be another tab or phone gone wild
const SMALL = 48 * 1024; // bytes of a request that may outlive its page

const PATIENCE = 180_000; // milliseconds: another tab may wait for the portal several times

/**
 * One tab at a time talks about the backup.
 * @template T
 * @param {() => T | Promise<T>} act
 */
export const alone = (act) => exclusively(LOCK, act, PATIENCE);

/**
 * Seal the document as the version after the newest one that is known.
 * @param {VaultDocument} doc
 */
export const sealed = async (doc) => {
  const { head, epoch } = backupIn(doc);
  const { installation: device } = await ownDevice();
  return sealEnvelope({ ...keyOf(doc), version: head + 1, base: head, epoch, device, doc });
};

/** @param {VaultDocument} doc @param {boolean} shrink */
const prepare = async (doc, shrink) => {
  const envelope = await sealed(doc);
  const pending = { id: crypto.randomUUID(), envelope, accounts: accountsIn(doc), shrink };
  await change((next) => {
    backupIn(next).pending = pending;
  });
  return pending;
};

/** @param {Pending} given @param {boolean} isHidden */
const send = ({ id, envelope, accounts, shrink }, isHidden) => {
  const body = { envelope, accounts, shrink };
  return call("PUT", "vault/head", {
    body,
    headers: { "If-Match": `"${envelope.base}"`, "Idempotency-Key": id },
    keepalive: isHidden && JSON.stringify(body).length < SMALL,
    wants: ["head", "saved"],
  });
};

const changed = () =>
  new Refusal(_("The portal returned something else than what was saved."), "", "changed");

/**
 * What the portal keeps as this version, opened; refuses what is not what was sent.
 * @param {number} number
 * @param {VaultDocument | null} sent
 * @param {Bytes} secret
 */
const returned = async (number, sent, secret) => {
  const { envelope } = await call("GET", `vault/versions/${number}`, { wants: ["envelope"] });
  const content = await openEnvelope({ secret, envelope });
  if (envelope.version !== number || !sent || !isSameContent(content, sent)) throw changed();
};

/** Open the newest version as the portal keeps it, and note that it did. */
export const check = async () => {
  const { head, checked, base } = backupIn(current());
  if (checked === head) return;
  await returned(head, base, keyOf(current()).secret);
  await change(({ backup }) => {
    if (backup && backup.head === head) backup.checked = head;
  });
};

/**
 * @param {Pending} pending
 * @param {VaultDocument} base
 * @param {{ head: number, saved: string }} answer
 */
const settle = (pending, base, answer) =>
  change(({ backup }) => {
    if (backup?.pending?.id !== pending.id) return;
    delete backup.pending;
    const { head, saved } = answer;
    Object.assign(backup, { head, saved, base, accounts: pending.accounts });
  });

/** @param {Pending} pending @param {boolean} isHidden */
const finish = async (pending, isHidden) => {
  const { secret } = keyOf(current());
  const answer = await send(pending, isHidden);
  const base = await openEnvelope({ secret, envelope: pending.envelope });
  await settle(pending, base, answer);
};

const dropPending = () =>
  change(({ backup }) => {
    delete backup?.pending;
  });

/**
 * Send what is pending; a newer head is taken in first, a refusal ends this try for good.
 * @param {Pending} pending
 * @param {boolean} isHidden
 */
const attempt = async (pending, isHidden) => {
  try {
    await finish(pending, isHidden);
  } catch (error) {
    if (asFailure(error).kind === "refused") await dropPending();
    if (isRefused(error, "other_device")) return; // linked anew meanwhile: sealed for the phone before
    if (!isRefused(error, "stale_head")) throw error;
    await pull();
  }
};

/**
 * Save what is not saved; gives the number of versions that were made. `shrink` confirms that far
 * fewer accounts are meant, `isHidden` says that the page may end any moment.
 */
export const save = ({ shrink = false, isHidden = false } = {}) =>
  alone(async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const doc = await fresh();
      if (!isOn(doc)) return round;
      const pending = backupIn(doc).pending ?? (changesIn(doc) ? await prepare(doc, shrink) : null);
      if (!pending) return round;
      await attempt(pending, isHidden);
    }
    return ROUNDS;
  });
