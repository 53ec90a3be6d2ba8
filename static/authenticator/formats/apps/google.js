// Google Authenticator's export: otpauth-migration://offline?data=…, in one or several QR codes.
import { encode } from "../../otp/base32.js";
import { names } from "../../otp/link-label.js";
import { bare, makeEntry } from "../../otp/otpauth.js";
import { Refusal } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";
import { reason, tried } from "../parsing/item.js";
import { fields } from "../parsing/protobuf.js";

const SCHEME = /^otpauth-migration:\/\/offline\/?\?(.*)$/is;
/** @type {Record<number, string>} */
const ALGORITHMS = { 0: "SHA1", 1: "SHA1", 2: "SHA256", 3: "SHA512", 4: "MD5" };
/** @type {Record<number, number>} */
const DIGITS = { 0: 6, 1: 6, 2: 8 };
/** @type {Record<number, string>} */
const TYPES = { 0: "totp", 1: "hotp", 2: "totp" };
const [ACCOUNT, SIZE, INDEX, ID] = [1, 3, 4, 5];
const [SECRET, NAME, ISSUER, ALGORITHM, HOW_MANY, TYPE, COUNTER] = [1, 2, 3, 4, 5, 6, 7];

const MOST_PARTS = 1000; // codes of one export; Google puts ten accounts into each

/** @param {string} text */
export const isBatch = (text) => SCHEME.test(bare(text));

/**
 * The bytes behind `data=`: a "+" that was not escaped is a "+", not a blank.
 * @param {string} text
 */
const payload = (text) => {
  const data = (SCHEME.exec(bare(text))?.[1] ?? "")
    .split("&")
    .find((each) => each.toLowerCase().startsWith("data="));
  try {
    const base64 = decodeURIComponent((data ?? "").slice(5))
      .replace(/\s/g, "+")
      .replaceAll("-", "+")
      .replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Refusal(_("The export is cut off or damaged."));
  }
};

/** @param {Record<string, any>} message */
const entryOf = (message) => {
  /** @param {number} field */
  const text = (field) => new TextDecoder().decode(message[field] ?? new Uint8Array());
  /** @param {number} field */
  const number = (field) => Number(message[field] ?? 0n);
  return makeEntry({
    ...names(text(NAME), text(ISSUER)),
    type: TYPES[number(TYPE)],
    secret: encode(message[SECRET] ?? new Uint8Array()),
    algorithm: ALGORITHMS[number(ALGORITHM)] ?? "?", // not known, which is shown
    digits: DIGITS[number(HOW_MANY)],
    counter: number(COUNTER),
  });
};

/** @param {Bytes} bytes @param {number} at @returns {Item} */
const itemOf = (bytes, at) => {
  const unnamed = _("Entry %(number)s", { number: at + 1 });
  try {
    const message = /** @type {Record<string, any>} */ (Object.fromEntries(fields(bytes)));
    const shown = [ISSUER, NAME].map((field) => message[field]).find((each) => each?.length);
    return tried(shown ? new TextDecoder().decode(shown) : unnamed, () => entryOf(message));
  } catch (error) {
    return { name: unnamed, why: reason(error) };
  }
};

/**
 * One QR code of an export: which export, how many codes it has, which one this is, its items.
 * @param {string} text
 */
export const readBatch = (text) => {
  const found = fields(payload(text));
  const numbers = Object.fromEntries(found.filter(([, value]) => typeof value === "bigint"));
  const accounts = found.flatMap(([field, value]) =>
    field === ACCOUNT && typeof value !== "bigint" ? [value] : [],
  );
  const [size, index] = [Number(numbers[SIZE] ?? 1n), Number(numbers[INDEX] ?? 0n)];
  if (size > MOST_PARTS || index < 0 || index >= Math.max(1, size)) {
    throw new Refusal(_("The export is cut off or damaged."));
  }
  return {
    id: String(numbers[ID] ?? 0n),
    size: Math.max(1, size),
    index,
    items: accounts.map(itemOf),
  };
};

/**
 * What stands for the parts of an export that were not read; nothing if there are all.
 * @param {number} size
 * @param {Map<number, Item[]>} parts
 */
const missing = (size, parts) => {
  const numbers = Array.from({ length: size }, (_each, at) => at).filter((at) => !parts.has(at));
  if (!numbers.length) return [];
  const shown = numbers.map((at) => at + 1).join(", ");
  const why = _("QR code %(numbers)s of %(size)s was not read, so its accounts are missing here.", {
    numbers: shown,
    size,
  });
  return [{ name: _("Google Authenticator"), why }];
};

/**
 * The items of each export by its id: in the order it has, however its parts came, and what is missing.
 * @param {Batch[]} batches
 */
export const joined = (batches) => {
  const exports = new Map();
  for (const { id, size, index, items } of batches) {
    if (!exports.has(id)) exports.set(id, { size, parts: new Map() });
    exports.get(id).parts.set(index, items);
  }
  /** @param {{ size: number, parts: Map<number, Item[]> }} given */
  const inOrder = ({ size, parts }) => [
    ...[...parts].sort(([one], [other]) => one - other).flatMap(([, items]) => items),
    ...missing(size, parts),
  ];
  return new Map([...exports].map(([id, found]) => [id, inOrder(found)]));
};
