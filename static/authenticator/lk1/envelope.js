// One version of a vault as it lies on the server: a header in the clear, the document sealed.
import { fromText, isSame, isUuid, lines, random, toText } from "./bytes.js";
import { fromBackup, toBackup } from "./document.js";
import { commitmentOf, contentKey, isKeyId } from "./keys.js";
import { pack, unpack } from "./padding.js";
import { damaged, newer, otherKey } from "./refusals.js";

const FORMAT = "lk1";
const NONCE = 12; // bytes
const NUMBERS = /** @type {const} */ (["version", "base", "epoch"]);
const TEXTS = /** @type {const} */ (["key", "commitment", "nonce"]);
const SIGNED = /** @type {const} */ (["format", "vault", ...NUMBERS, "device", ...TEXTS]);

/** @param {Envelope} envelope */
const options = (envelope) => ({
  name: "AES-GCM",
  iv: fromText(envelope.nonce),
  additionalData: lines(...SIGNED.map((name) => envelope[name])),
});

/** @param {any} value */
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

/** @param {Envelope} envelope */
const isWhole = (envelope) =>
  isUuid(envelope.vault) &&
  isUuid(envelope.device) &&
  isKeyId(envelope.key) &&
  NUMBERS.every((name) => isCount(envelope[name])) &&
  /** @type {const} */ ([...TEXTS, "ciphertext"]).every((name) => typeof envelope[name] === "string") &&
  fromText(envelope.nonce).length === NONCE;

/**
 * Refuse another format than `known`; a higher one of ours by its own sentence.
 * @param {unknown} format
 * @param {string} known
 */
export const checkFormat = (format, known) => {
  if (format === known) return;
  const [, number, rest] = /^lk(\d+)(-\w+)?$/.exec(String(format)) ?? [];
  throw Number(number) > 1 && `lk1${rest ?? ""}` === known ? newer() : damaged();
};

/** @param {Envelope} envelope */
const check = (envelope) => {
  checkFormat(envelope?.format, FORMAT);
  if (!isWhole(envelope)) throw damaged();
};

/**
 * Seal a document as a version of a vault. `base` is the version it was made from, `epoch` the
 * one of the phone's take-over, `device` the id of this installation.
 * @param {VaultKey & Unsealed} given
 */
export const sealEnvelope = async ({ vault, key, secret, version, base, epoch, device, doc }) => {
  const header = { format: FORMAT, vault, version, base, epoch, device, key };
  const commitment = toText(await commitmentOf({ vault, secret }));
  const envelope = { ...header, commitment, nonce: toText(random(NONCE)), ciphertext: "" };
  check(envelope);
  const plain = await pack(toBackup(doc));
  const sealing = await contentKey({ vault, key, secret });
  const sealed = await crypto.subtle.encrypt(options(envelope), sealing, plain);
  return { ...envelope, ciphertext: toText(new Uint8Array(sealed)) };
};

/** @param {{ vault: string, commitment: string }} given @param {Bytes} secret */
const checkKey = async ({ vault, commitment }, secret) => {
  const wanted = await commitmentOf({ vault, secret });
  if (!isSame(fromText(commitment), wanted)) throw otherKey();
};

/** @param {Envelope} envelope @param {Bytes} secret */
const decrypted = async (envelope, secret) => {
  const sealed = fromText(envelope.ciphertext);
  const opening = await contentKey({ ...envelope, secret });
  try {
    return new Uint8Array(await crypto.subtle.decrypt(options(envelope), opening, sealed));
  } catch {
    throw damaged();
  }
};

/**
 * The document of a version; refuses another key, a changed bit, and what a newer app made.
 * @param {{ secret: Bytes, envelope: Envelope }} given
 */
export const openEnvelope = async ({ secret, envelope }) => {
  check(envelope);
  await checkKey(envelope, secret);
  return fromBackup(await unpack(await decrypted(envelope, secret)));
};
