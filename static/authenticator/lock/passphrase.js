// The lock that encrypts: the vault's key is sealed under a key made from a passphrase.
import { STANDARD, bytesOf, checkCost, derive } from "../core/kdf/kdf.js";
import { Refusal } from "../core/refusal.js";
import { importKey } from "../core/storage/encryption.js";
import { _ } from "../core/i18n.js";

const ABOUT = "lk-local-1/lock";
const SALT = 16; // bytes
const NONCE = 12;
const KEY = 32;

/** @param {KdfCost} given */
const about = ({ kind, memory, passes, lanes }) =>
  new TextEncoder().encode(`${ABOUT}/${kind}/${memory}/${passes}/${lanes}`);

/** @param {string} passphrase @param {{ kdf: KdfCost, salt: Bytes }} given */
const wrapping = async (passphrase, { kdf, salt }) => {
  const bytes = await derive({ ...kdf, password: bytesOf(passphrase), salt });
  return importKey(bytes);
};

/** @param {{ nonce: Bytes, kdf: KdfCost }} given */
const options = ({ nonce, kdf }) => ({ name: "AES-GCM", iv: nonce, additionalData: about(kdf) });

/**
 * These bytes sealed for a passphrase, as a lock.
 * @param {string} passphrase
 * @param {Bytes} bytes
 * @returns {Promise<PassphraseLock>}
 */
export const sealUnder = async (passphrase, bytes) => {
  /** @param {number} size */
  const random = (size) => crypto.getRandomValues(new Uint8Array(size));
  const lock = { kdf: STANDARD, salt: random(SALT), nonce: random(NONCE) };
  const wrapper = await wrapping(passphrase, lock);
  const sealed = await crypto.subtle.encrypt(options(lock), wrapper, bytes);
  return { kind: "passphrase", ...lock, sealed };
};

/**
 * A new key for the vault, and the lock that gives it back for this passphrase.
 * @param {string} passphrase
 */
export const makeLock = async (passphrase) => {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY));
  const lock = await sealUnder(passphrase, bytes);
  const key = await importKey(bytes);
  bytes.fill(0);
  return { key, lock };
};

/**
 * The vault's key; refuses a wrong passphrase.
 * @param {string} passphrase
 * @param {PassphraseLock} lock
 */
export const openLock = async (passphrase, lock) => {
  checkCost(lock.kdf);
  const wrapper = await wrapping(passphrase, lock);
  try {
    const bytes = await crypto.subtle.decrypt(options(lock), wrapper, lock.sealed);
    return await importKey(bytes);
  } catch {
    throw new Refusal(_("This passphrase does not open your accounts."), "secret");
  }
};
