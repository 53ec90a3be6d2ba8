// Slots: each seals the key of the vault under one way to open it.
import { STANDARD, bytesOf, checkCost, derive } from "../core/kdf/kdf.js";
import { importKey } from "../core/storage/encryption.js";
import { _ } from "../core/i18n.js";
import { canonical, fromText, isUuid, lines, random, toText, uuidBytes } from "./bytes.js";
import { hkdf, isKeyId, isSecret } from "./keys.js";
import { readBackupKey } from "./backup-key.js";
import { closed, damaged, newer } from "./refusals.js";

const ABOUT = "lk1/slot";
const PROOF = "lk1/slot/proof";
const VAULT_PROOF = "lk1/proof";
const SALT = 16; // bytes
const NONCE = 12;

/** @param {string | BufferSource} bytes */
const written = (bytes) =>
  typeof bytes === "string" ? bytes : toText(new Uint8Array(/** @type {ArrayBuffer} */ (bytes)));

/** @type {Wrapping} */
const fromPassphrase = ({ params }, { passphrase = "" }) => {
  const { kdf: kind, memory, passes, lanes, salt } = /** @type {SlotParams} */ (params);
  checkCost({ kind, memory, passes, lanes });
  return derive({ kind, memory, passes, lanes, salt: fromText(salt), password: bytesOf(passphrase) });
};

const standard = () => {
  const { kind, ...cost } = STANDARD;
  return { kdf: kind, ...cost, salt: toText(random(SALT)) };
};

/** For each kind: what is written beside it, the bytes that wrap, what to say when they do not. */
const KINDS = new Map(/** @type {[string, SlotKind][]} */ ([
  [
    "recovery-key",
    {
      params: () => ({}),
      wrapping: async ({ id }, { backupKey = "" }) =>
        hkdf(await readBackupKey(backupKey), uuidBytes(id), "lk1/slot/recovery-key"),
      refused: () => _("This backup key is one of another backup."),
    },
  ],
  [
    "passphrase",
    {
      params: standard,
      wrapping: fromPassphrase,
      refused: () => _("This passphrase does not open this backup."),
    },
  ],
  [
    "passkey",
    {
      params: ({ credential = "", salt = "" }) => ({ credential: written(credential), salt: written(salt) }),
      wrapping: ({ id }, { prf }) => hkdf(/** @type {Bytes} */ (prf), uuidBytes(id), "lk1/slot/passkey"),
      refused: () => _("This passkey does not open this backup."),
    },
  ],
]));

/** @param {Omit<Slot, "sealed">} given @param {string} vault */
const options = ({ id, kind, key, params, nonce }, vault) => ({
  name: "AES-GCM",
  iv: fromText(nonce),
  additionalData: lines(ABOUT, vault, id, kind, key, canonical(params)),
});

/** @param {Slot} given */
const isWhole = ({ id, key, params, nonce, sealed }) =>
  isUuid(id) &&
  isKeyId(key) &&
  params !== null &&
  typeof params === "object" &&
  typeof sealed === "string" &&
  typeof nonce === "string" &&
  fromText(nonce).length === NONCE;

/** @param {Slot} slot */
const kindOf = (slot) => {
  if (typeof slot?.kind !== "string" || !isWhole(slot)) throw damaged();
  const kind = KINDS.get(slot.kind);
  if (!kind) throw newer();
  return kind;
};

/**
 * What proves to the portal that somebody holds the key of a slot: it tells nothing of the key.
 * @param {{ slot: { id: string }, wrapping: Bytes }} given
 */
export const tagOf = async ({ slot, wrapping }) =>
  toText(await hkdf(wrapping, uuidBytes(slot.id), PROOF));

/**
 * What proves that a phone holds the key of the vault itself.
 * @param {{ vault: string, secret: Bytes }} given
 */
export const tagOfVault = async ({ vault, secret }) =>
  toText(await hkdf(secret, uuidBytes(vault), VAULT_PROOF));

/**
 * Seal the key of a vault for a way to open it; gives `{slot, tag}`. `input` is `backupKey` as it is
 * shown, or `passphrase`, or `prf` (32 bytes) with the `credential` and the `salt` that gave it.
 * @param {VaultKey & SlotInput & { kind: string }} given
 */
export const makeSlotAndTag = async ({ kind, vault, key, secret, ...input }) => {
  const id = crypto.randomUUID();
  const { params, wrapping } = /** @type {SlotKind} */ (KINDS.get(kind));
  const slot = { id, kind, key, params: params(input), nonce: toText(random(NONCE)) };
  const bytes = await wrapping(slot, input);
  const tag = await tagOf({ slot, wrapping: bytes });
  const wrapper = await importKey(bytes);
  const sealed = await crypto.subtle.encrypt(options(slot, vault), wrapper, secret);
  return { slot: { ...slot, sealed: toText(new Uint8Array(sealed)) }, tag };
};

/**
 * The same, of which no key is proved.
 * @param {VaultKey & SlotInput & { kind: string }} how
 */
export const makeSlot = async (how) => (await makeSlotAndTag(how)).slot;

/** @param {Pick<Slot, "id" | "kind" | "params">} given */
const knownKind = ({ id, kind, params }) => {
  if (!isUuid(id) || params === null || typeof params !== "object") throw damaged();
  const known = KINDS.get(kind);
  if (!known) throw newer();
  return known;
};

/**
 * The bytes that wrap the key, of a slot of which only kind, params and id are known.
 * @param {SlotInput & { slot: Slot }} given
 */
export const wrappingOf = ({ slot, ...input }) => knownKind(slot).wrapping(slot, input);

/**
 * What is said when something does not open a slot.
 * @param {Slot} slot
 */
export const closedSlot = (slot) => closed(knownKind(slot).refused());

/** @param {Slot} slot @param {string} vault @param {CryptoKey} wrapper */
const unwrapped = async (slot, vault, wrapper) => {
  const sealed = fromText(slot.sealed);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(options(slot, vault), wrapper, sealed));
  } catch {
    return null;
  }
};

/**
 * The key of the vault; refuses at the field "secret" what does not open this slot. `input` may be
 * the `wrapping` itself.
 * @param {SlotInput & { slot: Slot, vault: string }} given
 */
export const openSlot = async ({ slot, vault, ...input }) => {
  const { wrapping, refused } = kindOf(slot);
  const wrapper = await importKey(input.wrapping ?? (await wrapping(slot, input)));
  const secret = await unwrapped(slot, vault, wrapper);
  if (isSecret(secret)) return secret;
  throw closed(refused());
};
