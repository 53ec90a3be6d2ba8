// Bytes and texts of the backup format: UTF-8, base64url without padding, UUIDs, signed lines.
import { damaged } from "./refusals.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @param {string} text */
export const utf8 = (text) => new TextEncoder().encode(text);

/** @param {number} size */
export const random = (size) => crypto.getRandomValues(new Uint8Array(size));

/** @param {Uint8Array} bytes */
export const hex = (bytes) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Write bytes as base64url without padding.
 * @param {Uint8Array} bytes
 */
export const toText = (bytes) => {
  let text = ""; // letter by letter: a megabyte is too much for one call's arguments
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

/** @param {string} text */
const decoded = (text) => {
  try {
    const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw damaged();
  }
};

/**
 * Read base64url; there is one spelling of every byte, any other is refused.
 * @param {string} text
 */
export const fromText = (text) => {
  const bytes = decoded(text);
  if (toText(bytes) !== text) throw damaged();
  return bytes;
};

/** @param {unknown} text */
export const isUuid = (text) => typeof text === "string" && UUID.test(text);

/**
 * The 16 bytes of a UUID.
 * @param {string} text
 */
export const uuidBytes = (text) =>
  Uint8Array.from(text.replaceAll("-", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));

/**
 * What is signed along: the values in their order, one a line. No value may have a line's end.
 * @param {...unknown} values
 */
export const lines = (...values) => utf8(values.join("\n"));

/**
 * Compare without telling by the time it takes where the difference is.
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export const isSame = (one, other) => {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at += 1) difference |= one[at] ^ other[at];
  return difference === 0;
};

/** @param {string} _name @param {any} value */
const sortedKeys = (_name, value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, value[name]]));
};

/**
 * JSON that is the same for the same content: names in order, no blanks.
 * @param {any} value
 */
export const canonical = (value) => JSON.stringify(value, sortedKeys) ?? "";
