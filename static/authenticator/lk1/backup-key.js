// The backup key as people see it: 160 random bits in Crockford's base32 and two check letters.
import { _ } from "../core/i18n.js";
import { random } from "./bytes.js";
import { typo } from "./refusals.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES = 20;
const LETTERS = 32;
const CHECK = 2;
/** @type {Record<string, string>} */
const SLIPS = { O: "0", I: "1", L: "1" };

/** @param {Bytes} bytes */
const lettersOf = (bytes) => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[parseInt(five, 2)]);
};

/** @param {string[]} letters */
const bytesOf = (letters) => {
  const bits = letters.map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0"));
  return Uint8Array.from(bits.join("").match(/.{8}/g) ?? [], (eight) => parseInt(eight, 2));
};

/** @param {Bytes} bytes */
const checkOf = async (bytes) => {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return lettersOf(new Uint8Array(digest)).slice(0, CHECK);
};

/**
 * Write a key in its nine groups.
 * @param {Bytes} bytes
 */
const showBackupKey = async (bytes) => {
  const letters = [...lettersOf(bytes), ...(await checkOf(bytes))].join("");
  return (letters.match(/.{1,4}/g) ?? []).join("-");
};

/** A new key, as it is shown. */
export const newBackupKey = () => showBackupKey(random(BYTES));

/**
 * The letters of a key without what people put between them, slips of the eye put right.
 * @param {string} text
 */
const cleaned = (text) =>
  [...text.normalize("NFKC").toUpperCase().replace(/[\s\p{Pd}\p{Cf}]/gu, "")].map(
    (letter) => SLIPS[letter] ?? letter,
  );

/** @param {string[]} letters */
const checkLetters = (letters) => {
  const wrong = letters.find((letter) => !ALPHABET.includes(letter));
  if (wrong) {
    const words = _("A backup key has no “%(wrong)s” in it. Look at that place again.", { wrong });
    throw typo(words);
  }
  const size = LETTERS + CHECK;
  if (letters.length !== size) {
    const words = _("A backup key has %(size)s letters and digits, and this has %(count)s.", {
      size,
      count: letters.length,
    });
    throw typo(words);
  }
};

/**
 * The 20 bytes of a key however it was typed; a slip that changes it is refused.
 * @param {string} text
 */
export const readBackupKey = async (text) => {
  const letters = cleaned(text);
  checkLetters(letters);
  const bytes = bytesOf(letters.slice(0, LETTERS));
  if ((await checkOf(bytes)).join("") === letters.slice(LETTERS).join("")) return bytes;
  throw typo(_("There is a slip in this backup key. Compare it with your copy, group by group."));
};
