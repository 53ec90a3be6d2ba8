// Google Authenticator's export: otpauth-migration://offline?data=…, in one or several QR codes.
import { encode } from "../base32.js";
import { makeEntry, names } from "../otpauth.js";
import { Refusal } from "../refusal.js";
import { _ } from "../words.js";
import { fields } from "./protobuf.js";

const SCHEME = /^\s*otpauth-migration:\/\/offline\/?\?(.*)$/is;
const ALGORITHMS = { 0: "SHA1", 1: "SHA1", 2: "SHA256", 3: "SHA512", 4: "MD5" };
const DIGITS = { 0: 6, 1: 6, 2: 8 };
const TYPES = { 0: "totp", 1: "hotp", 2: "totp" };
const [ACCOUNT, SIZE, INDEX, ID] = [1, 3, 4, 5];
const [SECRET, NAME, ISSUER, ALGORITHM, HOW_MANY, TYPE, COUNTER] = [1, 2, 3, 4, 5, 6, 7];

export const isBatch = (text) => SCHEME.test(text);

/** The bytes behind `data=`: a "+" that was not escaped is a "+", not a blank. */
const payload = (text) => {
  const data = SCHEME.exec(text)[1]
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

const itemOf = (bytes) => {
  const given = Object.fromEntries(fields(bytes));
  const text = (field) => new TextDecoder().decode(given[field] ?? new Uint8Array());
  const number = (field) => Number(given[field] ?? 0n);
  const named = names(text(NAME), text(ISSUER));
  const name = named.issuer || named.label || "?";
  try {
    const entry = makeEntry({
      ...named,
      type: TYPES[number(TYPE)],
      secret: encode(given[SECRET] ?? new Uint8Array()),
      algorithm: ALGORITHMS[number(ALGORITHM)],
      digits: DIGITS[number(HOW_MANY)],
      counter: number(COUNTER),
    });
    return { entry };
  } catch (error) {
    return { name, why: error.message };
  }
};

/** One QR code of an export: which export, how many codes it has, which one this is, its items. */
export const readBatch = (text) => {
  const found = fields(payload(text));
  const numbers = Object.fromEntries(found.filter(([, value]) => typeof value === "bigint"));
  const accounts = found.filter(([field, value]) => field === ACCOUNT && typeof value !== "bigint");
  return {
    id: String(numbers[ID] ?? 0n),
    size: Math.max(1, Number(numbers[SIZE] ?? 1n)),
    index: Number(numbers[INDEX] ?? 0n),
    items: accounts.map(([, bytes]) => itemOf(bytes)),
  };
};
