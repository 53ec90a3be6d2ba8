// Base32 (RFC 4648) as it is found in the wild: any case, with spaces, dashes, dots, padding or none.
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
// Every kind of space, dash and character that is not seen, and the dots that people write between.
const BETWEEN = /[\s\p{Cc}\p{Cf}\p{Mn}\p{Pd}\u2212_=.·•∙⋅‧]/gu;

/**
 * The key without what people put between its letters; refuses what no key has.
 * @param {unknown} text
 */
export const clean = (text) => {
  if (typeof text !== "string") throw new Refusal(_("The key is not text."), "secret");
  // NFKC: letters of full width, as keyboards for Chinese and Japanese write them.
  const key = text.normalize("NFKC").replace(BETWEEN, "").toUpperCase();
  const wrong = [...key].find((letter) => !ALPHABET.includes(letter));
  if (wrong) {
    const words = _("The key has a character that no key has: “%(wrong)s”.", { wrong });
    throw new Refusal(words, "secret");
  }
  if (key.length < 2) throw new Refusal(_("The key is empty."), "secret");
  return key;
};

/**
 * The bytes of a key; bits left over at its end are dropped, as every app does.
 * @param {unknown} text
 */
export const decode = (text) => {
  const key = clean(text);
  const bytes = new Uint8Array(Math.floor((key.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const letter of key) {
    value = ((value << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 0xff;
    }
  }
  return bytes;
};

/**
 * The letters of these bytes, without padding.
 * @param {Iterable<number>} bytes
 */
export const encode = (bytes) => {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >> bits) & 31];
    }
  }
  return bits ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
};
