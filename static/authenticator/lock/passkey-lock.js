// The lock that a passkey opens: its PRF makes the key under which the vault's key is sealed.
import { newPasskey, prfOf } from "./passkey.js";
import { fromText, lines, random } from "../lk1/bytes.js";
import { hkdf } from "../lk1/keys.js";
import { openLock, sealUnder } from "./passphrase.js";
import { Refusal, asFailure } from "../core/refusal.js";
import { importKey } from "../core/storage/encryption.js";
import { _ } from "../core/i18n.js";

const ABOUT = "lk-local-1/lock/passkey";
const NONCE = 12; // bytes
const KEY = 32;

/** @param {{ salt: string }} given @param {Bytes} prf */
const wrapping = async ({ salt }, prf) => importKey(await hkdf(prf, fromText(salt), ABOUT));

/** @param {{ credential: string, salt: string, nonce: Bytes }} given */
const options = ({ credential, salt, nonce }) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: lines(ABOUT, credential, salt),
});

/**
 * What passkeys refuse, in the words of this lock.
 * @template T
 * @param {() => Promise<T>} act
 * @param {() => string} unable
 * @returns {Promise<T>}
 */
const inWords = async (act, unable) => {
  try {
    return await act();
  } catch (error) {
    throw asFailure(error).code === "unable" ? new Refusal(unable()) : error;
  }
};

const cannotSeal = () =>
  _(
    "The passkeys of this device cannot encrypt, so nothing has changed here. Use a passphrase. " +
      "The passkey that was just made is of no use and can be deleted.",
  );

const cannotOpen = () => _("This passkey does not open your accounts.");

/**
 * @param {{ credential: string, salt: string, prf: Bytes }} given @param {Bytes} bytes
 * @returns {Promise<PasskeyLock>}
 */
const sealFor = async ({ credential, salt, prf }, bytes) => {
  const lock = { credential, salt, nonce: random(NONCE) };
  const sealed = await crypto.subtle.encrypt(options(lock), await wrapping(lock, prf), bytes);
  return { kind: "passkey", ...lock, sealed };
};

/**
 * Ask for the passkey of a lock; gives the bytes of the vault's key.
 * @param {PasskeyLock} lock
 */
export const openByPasskey = async (lock) => {
  const prf = await inWords(() => prfOf({ params: { credential: lock.credential, salt: lock.salt } }), cannotOpen);
  try {
    const bytes = await crypto.subtle.decrypt(options(lock), await wrapping(lock, prf), lock.sealed);
    return new Uint8Array(bytes);
  } catch {
    throw new Refusal(cannotOpen());
  }
};

/**
 * Put a passphrase beside the passkey of a lock; both give these bytes.
 * @param {PasskeyLock} lock
 * @param {string} passphrase
 * @param {Bytes} bytes
 * @returns {Promise<PasskeyLock>}
 */
export const withPassphrase = async (lock, passphrase, bytes) => {
  const beside = await sealUnder(passphrase, bytes);
  await openLock(passphrase, beside);
  return { ...lock, passphrase: beside };
};

/**
 * A new key for the vault, and a lock that gives it back for a new passkey, and for the passphrase
 * if there is one. Each was opened once before this answers.
 * @param {string} passphrase
 */
export const makePasskeyLock = async (passphrase) => {
  const bytes = random(KEY);
  const made = await inWords(() => newPasskey(_("Lock of the accounts on a phone")), cannotSeal);
  const sealed = await sealFor(made, bytes);
  await openByPasskey(sealed);
  const lock = passphrase ? await withPassphrase(sealed, passphrase, bytes) : sealed;
  const key = await importKey(bytes);
  bytes.fill(0);
  return { key, lock };
};

/**
 * The vault's key, by the passkey of its lock.
 * @param {PasskeyLock} lock
 */
export const keyByPasskey = async (lock) => importKey(await openByPasskey(lock));
