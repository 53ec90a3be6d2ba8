// Switching the backup on and off. It counts as on only once what the portal returns was opened again.
import { openEnvelope, sealEnvelope } from "../../lk1/envelope.js";
import { newVault } from "../../lk1/keys.js";
import { makeSlotAndTag, openSlot, tagOf, tagOfVault, wrappingOf } from "../../lk1/slots.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { change, current } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { call, isRefused, mention } from "../portal/api.js";
import { contact } from "../portal/heartbeat.js";
import { ownAll, ownDevice } from "../portal/device.js";
import { newest } from "./merge-remote.js";
import { alone } from "./upload.js";
import {
  accountsIn,
  adopt,
  backupIn,
  backupOf,
  hasKey,
  isSameContent,
  keyOf,
  prove,
} from "./state.js";

/**
 * The parts of a slot that the portal takes, without what it tells beside them.
 * @param {Slot} given
 */
const bare = ({ id, kind, key, params, nonce, sealed }) => ({ id, kind, key, params, nonce, sealed });

/**
 * The same, with what proves its key, as long as the portal has not been told.
 * @param {Slot} given
 */
const sent = ({ tag, ...slot }) => ({ ...bare(slot), ...(tag ? { tag } : {}) });

/**
 * Draw a vault that this backup key opens, and keep its key on this phone before anything is sent.
 * @param {string} backupKey
 * @param {boolean} freeze
 */
const begin = async (backupKey, freeze) => {
  const made = newVault();
  const { slot, tag } = await makeSlotAndTag({ kind: "recovery-key", ...made, backupKey });
  const fields = { on: false, head: 0, epoch: 1, slots: [{ ...slot, tag }], freeze };
  await change((doc) => adopt(doc, { ...made, ...fields }));
};

/** @param {VaultDocument} doc */
const first = async (doc) => {
  const { installation: device } = await ownDevice();
  return sealEnvelope({ ...keyOf(doc), version: 1, base: 0, epoch: 1, device, doc });
};

/** @param {object} body */
const post = (body) => call("POST", "vault", { body, wants: ["head"] });

/** Where no backup is on, the active phone has nothing to lose but its role. */
const isFree = async () => (await contact())?.vault?.state !== "on";

/** Send the first version, and tell what is in it; `null` if one is there since a try before this. */
const make = async () => {
  const doc = current();
  const envelope = await first(doc);
  const { vault, slots, freeze = false } = backupIn(doc);
  const tag = await tagOfVault(keyOf(doc));
  const body = { envelope, accounts: accountsIn(doc), slots: slots.map(sent), freeze, tag };
  try {
    await post(body);
  } catch (error) {
    if (isRefused(error, "vault_exists") && asFailure(error).more?.vault === vault) return null;
    if (!isRefused(error, "not_active_phone") || !(await isFree())) throw error;
    await post({ ...body, freeze: true });
  }
  return openEnvelope({ ...keyOf(doc), envelope });
};

const useless = () =>
  new Refusal(_("What the portal returned does not hold what this phone sent. The backup is not on."));

/**
 * What has to be in the version that the portal calls its newest, as far as this phone knows.
 * @param {Newest} given
 */
const expected = ({ head }) => (head === backupIn(current()).head ? backupIn(current()).base : null);

/**
 * Open what the portal returns by one slot, as it returns that; from then on the slot counts. `input`
 * is what opens it; `wrote` is what has to be in it, if this phone sent it just now.
 * @param {string} id
 * @param {SlotInput} input
 */
const verify = async (id, input, wrote = null) => {
  const { vault, secret } = keyOf(current());
  const found = await newest({ vault, secret });
  const slot = found.slots.find((/** @type {Slot} */ each) => each.id === id);
  const opened = await openSlot({ slot: slot && bare(slot), vault, ...input });
  const content = await openEnvelope({ secret: opened, envelope: found.version.envelope });
  const wanted = wrote ?? expected(found);
  if (wanted && !isSameContent(content, wanted)) throw useless();
  await call("POST", "vault/verified", { body: { slot: id } });
  return { ...found, content };
};

/** @param {Newest} given */
const fieldsOf = ({ head, epoch, version: { saved, accounts }, content, slots }) => ({
  ...{ head, epoch, saved, accounts, slots },
  ...{ base: content, checked: head, on: true, offUntil: null, lost: false, role: "active" },
});

/**
 * Note what was opened, and by which slot.
 * @param {string} id
 * @param {Newest} found
 */
const keep = (id, found) =>
  change((doc) => {
    Object.assign(backupIn(doc), fieldsOf(found));
    prove(doc, id);
  });

/**
 * Send what `begin` drew, fetch it, open it with the backup key; only then the backup is on.
 * @param {string} backupKey
 * @param {(stage: string) => void} [tell]
 */
export const finish = (backupKey, tell = () => {}) =>
  alone(async () => {
    const { vault, slots } = backupIn(current());
    const [slot] = slots;
    await openSlot({ slot: bare(slot), vault, backupKey });
    tell("send");
    const wrote = await make();
    tell("fetch");
    const found = await verify(slot.id, { backupKey }, wrote);
    tell("open");
    await keep(slot.id, found);
    await ownAll((await ownDevice()).installation);
  });

/**
 * Add an unlock method, and open what the portal returns by it; `input` as for `makeSlot`.
 * @param {string} kind
 * @param {SlotInput} input
 */
export const addSlot = (kind, input) =>
  alone(async () => {
    const { slot, tag } = await makeSlotAndTag({ kind, ...keyOf(current()), ...input });
    await call("PUT", `vault/slots/${slot.id}`, { body: { ...slot, tag } });
    const found = await verify(slot.id, input);
    await keep(slot.id, found);
  });

/**
 * Remove an unlock method.
 * @param {string} id
 */
export const removeSlot = async (id) => {
  await call("DELETE", `vault/slots/${id}`);
  await change((doc) => {
    const backup = backupIn(doc);
    backup.slots = backup.slots.filter((slot) => slot.id !== id);
  });
};

/**
 * The backup keys that are there, oldest first.
 * @param {VaultDocument} doc
 */
export const backupKeySlots = (doc) =>
  (backupOf(doc).slots ?? []).filter(({ kind }) => kind === "recovery-key");

/**
 * Put a new backup key, which was typed back, in the place of those before it. Gives 0, or until when
 * the one before stays: nothing is removed while a hold lasts.
 * @param {string} backupKey
 */
export const replaceBackupKey = async (backupKey) => {
  const before = backupKeySlots(current());
  // Of two, one was left over by a try that was cut off: the portal takes no third.
  if (before.length > 1) await removeSlot(before[1].id);
  await addSlot("recovery-key", { backupKey });
  try {
    await removeSlot(before[0].id);
  } catch (error) {
    if (!isRefused(error, "held")) throw error;
    return Date.parse(asFailure(error).more?.from);
  }
  return 0;
};

/**
 * Open a slot on this phone alone, without asking the portal; the portal is told afterwards, if it
 * can be reached. `input` is what opens it.
 * @param {Slot} slot
 * @param {SlotInput} input
 */
export const tryHere = async (slot, input) => {
  const wrapping = await wrappingOf({ slot, ...input });
  await openSlot({ slot: bare(slot), vault: backupIn(current()).vault, wrapping });
  await change((doc) => prove(doc, slot.id));
  const tag = await tagOf({ slot, wrapping }); // of a slot that was made before there were tags
  mention(() => call("POST", `vault/slots/${slot.id}/opened`, { body: { tag } }));
};

/** Let the portal know what proves the key of the backup: one that was made before has no such tag. */
export const tellTag = async () => {
  const doc = current();
  if (backupIn(doc).isTagged) return;
  await call("POST", "vault/tag", { body: { tag: await tagOfVault(keyOf(doc)) } });
  await change(({ backup }) => {
    if (backup && backup.vault === backupIn(doc).vault) backup.isTagged = true;
  });
};

/** The unlock methods at the portal: `slots`, and those that were `removed` and can come back. */
export const unlockMethods = () => call("GET", "vault/slots", { wants: ["slots", "removed"] });

/**
 * Bring back an unlock method that was removed.
 * @param {string} id
 */
export const bringBack = async (id) => {
  await call("POST", `vault/slots/${id}/back`);
  const { slots } = await unlockMethods();
  await change((doc) => {
    backupIn(doc).slots = slots;
  });
};

/** Switch it off; what was saved is kept for a while. */
export const switchOff = async () => {
  const { deleted_until: offUntil } = await call("DELETE", "vault", { wants: ["deleted_until"] });
  await change((doc) => Object.assign(backupIn(doc), { on: false, offUntil }));
};

/** Switch it on again. */
export const switchOnAgain = async () => {
  await call("POST", "vault/undelete", { wants: ["vault"] });
  await change((doc) => Object.assign(backupIn(doc), { on: true, offUntil: null }));
};

/**
 * Whether a vault was drawn here whose backup key has not opened it yet.
 * @param {VaultDocument} doc
 */
const isBegun = (doc) => hasKey(doc) && !backupOf(doc).on && !backupOf(doc).offUntil;

/** @param {string} backupKey */
const opensHere = async (backupKey) => {
  const { vault, slots } = backupIn(current());
  return openSlot({ slot: bare(slots[0]), vault, backupKey }).then(
    () => true,
    () => false,
  );
};

const isThere = async () => {
  try {
    return (await call("GET", "vault", { wants: ["vault"] })).vault === backupIn(current()).vault;
  } catch (error) {
    if (isRefused(error, "no_vault")) return false;
    throw error;
  }
};

/**
 * Switch the backup on with a backup key that was typed back. After anything that went wrong it can
 * be called again, with the same key or with a new one. `tell(step)` hears "send", "fetch", "open".
 * With `freeze` the backup that is on, which nothing opens any more, is put away for it.
 * @param {string} backupKey
 * @param {(stage: string) => void} [tell]
 * @param {{ freeze?: boolean }} [how]
 */
export const switchOn = async (backupKey, tell = () => {}, { freeze = false } = {}) => {
  const isAgain = isBegun(current());
  if (isAgain && (await opensHere(backupKey))) return finish(backupKey, tell);
  if (isAgain && (await isThere())) return replaceBackupKey(backupKey);
  await begin(backupKey, freeze);
  return finish(backupKey, tell);
};
