// The key of a vault on its way from phone to phone: sealed to the public key in a QR code.
import { fromText, isUuid, lines, random, toText, uuidBytes } from "../lk1/bytes.js";
import { hkdf, isKeyId, isSecret } from "../lk1/keys.js";
import { damaged } from "../lk1/refusals.js";
import { importKey } from "../core/storage/encryption.js";

const ABOUT = "lk1/hand-over";
const CURVE = { name: "ECDH", namedCurve: "P-256" };
const POINT = 65; // bytes of a public key, uncompressed
const NONCE = 12;
const BITS = 256;
const DIGITS = 6; // of the number that both phones show

/** A key pair for one transfer: the private half cannot leave this page. */
export const newPair = async () => {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return { own: privateKey, shown: toText(point) };
};

/** @param {string} text */
const pointOf = async (text) => {
  const point = fromText(text);
  if (point.length !== POINT) throw damaged();
  try {
    return await crypto.subtle.importKey("raw", point, CURVE, false, []);
  } catch {
    throw damaged(); // not on the curve
  }
};

/** @param {CryptoKey} own @param {string} other @param {string} transfer */
const wrapping = async (own, other, transfer) => {
  const how = { name: "ECDH", public: await pointOf(other) };
  const shared = await crypto.subtle.deriveBits(how, own, BITS);
  return importKey(await hkdf(new Uint8Array(shared), uuidBytes(transfer), ABOUT));
};

/** @param {Record<"nonce" | "transfer" | "vault" | "key" | "asked" | "answered", string>} given */
const options = ({ nonce, transfer, vault, key, asked, answered }) => ({
  name: "AES-GCM",
  iv: fromText(nonce),
  additionalData: lines(ABOUT, transfer, vault, key, asked, answered),
});

/**
 * What the old phone answers to `{transfer, asked}`: the key of the vault, for that phone alone.
 * @param {{ transfer: string, asked: string, vault: string, key: string, secret: Bytes }} given
 */
export const sealKey = async ({ transfer, asked, vault, key, secret }) => {
  const { own, shown } = await newPair();
  const nonce = toText(random(NONCE));
  const wrapper = await wrapping(own, asked, transfer);
  const about = options({ nonce, transfer, vault, key, asked, answered: shown });
  const sealed = new Uint8Array(await crypto.subtle.encrypt(about, wrapper, secret));
  return { public: shown, nonce, sealed: toText(sealed), vault, key };
};

/** @param {Answered} given */
const isWhole = ({ vault, key, nonce, sealed, public: answered }) =>
  isUuid(vault) &&
  isKeyId(key) &&
  [nonce, sealed, answered].every((text) => typeof text === "string") &&
  fromText(nonce).length === NONCE;

/**
 * The key of the vault out of the answer; refuses one that was made for another phone.
 * @param {{ transfer: string, pair: Pair, answer: Answered }} given
 */
export const openKey = async ({ transfer, pair, answer }) => {
  if (!isWhole(answer)) throw damaged();
  const wrapper = await wrapping(pair.own, answer.public, transfer);
  const about = options({ ...answer, transfer, asked: pair.shown, answered: answer.public });
  try {
    const sealed = fromText(answer.sealed);
    const secret = new Uint8Array(await crypto.subtle.decrypt(about, wrapper, sealed));
    if (isSecret(secret)) return secret;
  } catch {
    // Of another transfer, or changed on its way.
  }
  throw damaged();
};

/**
 * A number of the two that both phones show, so that people see that they talk to each other.
 * @param {string} transfer
 * @param {string} asked
 */
export const numberOf = async (transfer, asked) => {
  const bytes = lines(`${ABOUT}/number`, transfer, asked);
  const digest = new DataView(await crypto.subtle.digest("SHA-256", bytes));
  const number = String(digest.getUint32(0) % 10 ** DIGITS).padStart(DIGITS, "0");
  return `${number.slice(0, 3)} ${number.slice(3)}`;
};

/**
 * What the QR code says.
 * @param {string} transfer
 * @param {string} asked
 */
export const linkOf = (transfer, asked) =>
  `${location.origin}/authenticator/#hand-over/${transfer}.${asked}`;

/**
 * Read what follows "hand-over/": `{transfer, asked}`; refuses what no phone of ours shows.
 * @param {string} text
 */
export const readLink = (text) => {
  const [transfer, asked = ""] = text.split(".");
  if (!isUuid(transfer) || !/^[\w-]{87}$/.test(asked)) throw damaged();
  return { transfer, asked };
};
