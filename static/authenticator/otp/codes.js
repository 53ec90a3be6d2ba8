// One-time codes: HOTP (RFC 4226), TOTP (RFC 6238) with SHA-1/256/512, and Steam's letters.
import { decode } from "./base32.js";

/** @type {Record<string, string>} */
const HASHES = { SHA1: "SHA-1", SHA256: "SHA-256", SHA512: "SHA-512" };
const STEAM = "23456789BCDFGHJKMNPQRTVWXY";
const STEAM_LETTERS = 5;
/** The kinds of accounts that this app makes codes for. */
export const KINDS = ["totp", "hotp", "steam"];
const keys = new Map();

/**
 * Tell whether this app can compute the codes of an entry.
 * @param {Account} entry
 */
export const isKnown = (entry) =>
  KINDS.includes(entry.type) && entry.algorithm in HASHES && Boolean(entry.secret);

/** @param {string} secret @param {string} algorithm */
const keyOf = (secret, algorithm) => {
  const name = `${algorithm} ${secret}`;
  if (!keys.has(name)) {
    const hmac = { name: "HMAC", hash: HASHES[algorithm] };
    keys.set(name, crypto.subtle.importKey("raw", decode(secret), hmac, false, ["sign"]));
  }
  return keys.get(name);
};

/** @param {Account} entry @param {number} counter */
const truncated = async (entry, counter) => {
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(counter));
  const key = await keyOf(entry.secret ?? "", entry.algorithm);
  const digest = new DataView(await crypto.subtle.sign("HMAC", key, message.buffer));
  const start = digest.getUint8(digest.byteLength - 1) & 15;
  return digest.getUint32(start) & 0x7fffffff;
};

/**
 * The code at a counter.
 * @param {Account} entry
 * @param {number} counter
 */
export const codeAt = async (entry, counter) => {
  let number = await truncated(entry, counter);
  if (entry.type !== "steam") {
    return String(number % 10 ** entry.digits).padStart(entry.digits, "0");
  }
  let text = "";
  for (let at = 0; at < STEAM_LETTERS; at += 1) {
    text += STEAM[number % STEAM.length];
    number = Math.floor(number / STEAM.length);
  }
  return text;
};

/**
 * The step of an entry at a moment (milliseconds), and the milliseconds left of it.
 * @param {Account} entry
 * @param {number} time
 */
export const stepAt = (entry, time) => {
  const length = entry.period * 1000;
  const step = Math.floor(time / length);
  return { step, left: length - (time - step * length), length };
};

/**
 * A code in groups that can be read aloud.
 * @param {string} code
 */
export const grouped = (code) => {
  const size = code.length % 3 === 0 || code.length === 7 ? 3 : code.length > 6 ? 4 : 5;
  return (code.match(new RegExp(`.{1,${size}}`, "g")) ?? []).join(" ");
};
