// After a weak sign-in the portal shows no sealed backup to anybody who does not prove its key: it is told
// a tag that is derived from the key, and nothing of the key itself.
import { isRefused } from "../backup/portal/api.js";
import { closedSlot, openSlot, tagOf, tagOfVault, wrappingOf } from "../lk1/slots.js";
import { offers, proveKey, versionOf } from "./api.js";
import { keep, needed, session } from "./session.js";

/** Whether the chosen backup waits for its key to be proved: `{from, takesOver}` or `null`. */
export const waits = () => session().waits;

/** What was proved is shown by the portal: go on with it. */
const fetchProved = async () => {
  const offer = needed("offer");
  const found = (await offers()).vaults.find((/** @type {Offer} */ { vault }) => vault === offer.vault);
  const version = await versionOf(found.vault, found.head);
  keep({ offer: found, waits: null, chosen: { ...version, vault: found.vault } });
};

/** @param {object} body */
const prove = async (body) => {
  await proveKey({ vault: needed("offer").vault, ...body });
};

/**
 * Prove the key of the vault, which this phone has.
 * @param {Bytes} secret
 */
const proveSecret = async (secret) => {
  const { vault } = needed("offer");
  await prove({ tag: await tagOfVault({ vault, secret }) });
};

/**
 * The same, of a backup that waits for it.
 * @param {Bytes} secret
 */
export const openWaiting = async (secret) => {
  await proveSecret(secret);
  await fetchProved();
};

/**
 * Open a slot; if the backup waits, its key is proved first. Gives `{by, secret, tag}`.
 * @param {Slot} slot
 * @param {SlotInput} input
 */
export const openBy = async (slot, input) => {
  const wrapping = await wrappingOf({ slot, ...input });
  const tag = await tagOf({ slot, wrapping });
  if (waits()) {
    try {
      await prove({ slot: slot.id, tag });
    } catch (error) {
      throw isRefused(error, "proof_wrong") ? closedSlot(slot) : error;
    }
    await fetchProved();
  }
  const { vault, slots } = needed("offer");
  const whole = /** @type {Slot} */ (slots.find(({ id }) => id === slot.id));
  return { by: slot.id, tag, secret: await openSlot({ slot: whole, vault, wrapping }) };
};

/** Prove what opened the backup, for a take-over that would have to wait; false if that cannot be. */
export const proveOpened = async () => {
  const { by, tag } = session();
  for (const body of [by && tag ? { slot: by, tag } : null, {}]) {
    if (!body) continue;
    try {
      await (body.tag ? prove(body) : proveSecret(needed("secret")));
      return true;
    } catch (error) {
      if (!isRefused(error, "no_tag", "slot_unknown")) throw error;
    }
  }
  return false;
};
