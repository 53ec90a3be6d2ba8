// Keys from passphrases: asks the worker, which may use WebAssembly as the page may not.
import { PATIENCE } from "../patience.js";
import { Refusal } from "../refusal.js";
import { _ } from "../i18n.js";

const WORKER = "/authenticator/kdf.js";
const MEMORY = { least: 19 * 1024, most: 256 * 1024 }; // KiB
const PASSES = { least: 2, most: 16 };
const LANES = { least: 1, most: 8 };

/** What new passphrases are derived with: 64 MiB, three passes, one lane. */
export const STANDARD = { kind: "argon2id", memory: 64 * 1024, passes: 3, lanes: 1 };

/**
 * The bytes of a passphrase, the same however a keyboard composes its letters.
 * @param {string} passphrase
 */
export const bytesOf = (passphrase) => new TextEncoder().encode(passphrase.normalize("NFKC"));

const failed = () =>
  new Refusal(_("This browser could not compute the key: it has no room. Close other apps."));

const slow = () =>
  new Refusal(_("Computing the key takes too long on this phone. Close other apps, then try again."));

/**
 * 32 bytes from `{kind, password, salt, …}`; refuses what the browser cannot compute.
 * @param {object} task
 */
export const derive = (task) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(WORKER);
    const timer = setTimeout(() => end(reject, slow()), PATIENCE.worker);
    /** @param {(value: any) => void} act @param {unknown} value */
    const end = (act, value) => {
      clearTimeout(timer);
      worker.terminate();
      act(value);
    };
    worker.onerror = () => end(reject, failed());
    worker.onmessage = ({ data }) =>
      data.bytes ? end(resolve, data.bytes) : end(reject, failed());
    worker.postMessage(task);
  });

/** @param {unknown} value @param {{ least: number, most: number }} given */
const isWithin = (value, { least, most }) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/**
 * Refuse parameters that protect nothing, or that no phone can compute.
 * @param {KdfCost} given
 */
export const checkCost = ({ kind, memory, passes, lanes = 1 }) => {
  const isFair = isWithin(memory, MEMORY) && isWithin(passes, PASSES) && isWithin(lanes, LANES);
  if (kind !== "argon2id" || !isFair) {
    throw new Refusal(_("The lock of these accounts asks for more than this app does."));
  }
};
