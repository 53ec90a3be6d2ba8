// JSON of an app that is not known by name: an account is what has a link or a key.
import { encode } from "../../otp/base32.js";
import { plain } from "../../otp/link-label.js";
import { isLink, makeEntry } from "../../otp/otpauth.js";
import { isObject, itemsOf, listOf, refuseTrashed, withMore } from "../parsing/item.js";
import { knownKind } from "../parsing/kind.js";
import { readAccount } from "../parsing/link.js";

const DEEPEST = 8; // lists within lists
// What the apps call it, the surest name first.
const CALLED = {
  type: ["otp_type", "tokenType", "type", "kind"],
  issuer: ["issuer", "issuerExt", "issuerName", "service", "serviceName", "name", "title"],
  label: ["account", "accountName", "label", "username", "userName", "user", "email", "name"],
  algorithm: ["algorithm", "algo", "hash"],
  digits: ["digits"],
  period: ["period", "timeStep", "timer", "interval"],
  counter: ["counter"],
};

/** @param {unknown} value */
const isBytes = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((byte) => Number.isInteger(byte));

/** @param {Json} each */
const secretOf = (each) => {
  if (typeof each.secret === "string" && each.secret) return each.secret;
  return isBytes(each.secret) ? encode(Uint8Array.from(each.secret)) : ""; // FreeOTP
};
/** @param {Json} each */
const linkOf = (each) => Object.values(each).find(isLink);
/** @param {Json} each */
const isAccount = (each) =>
  isLink(each) || (isObject(each) && Boolean(linkOf(each) || secretOf(each) || "secret" in each));

/** @param {Json} each @param {string[]} names */
const valueOf = (each, names) => {
  const name = names.find((one) => plain(each[one]));
  return name && each[name];
};

/** @param {Json} each */
const entryOf = (each) => {
  const found = Object.entries(CALLED).map(([part, names]) => [part, valueOf(each, names)]);
  const account = Object.fromEntries(found);
  if (account.label === account.issuer) account.label = "";
  return makeEntry({ ...account, type: knownKind(account.type), secret: secretOf(each) });
};

/** @param {Json} each */
const read = (each) => {
  const display = isObject(each.codeDisplay) ? each.codeDisplay : each; // Ente's
  refuseTrashed([display.trashed, each.deleted, each.isDeleted].includes(true));
  const link = linkOf(each);
  const { tags, pinned = each.favorite, note = each.notes ?? each.note } = display;
  return withMore(link ? readAccount(link) : entryOf(each), { tags, pinned, notes: note });
};

/**
 * Every account in it, and what stands beside accounts and is none; empty if there are none.
 * @param {Json} data
 * @returns {Item[]}
 */
export const readAnyJson = (data, depth = 0) => {
  if (depth > DEEPEST || data === null || typeof data !== "object") return [];
  const list = isAccount(data) ? [data] : listOf(data);
  if (!list.some(isAccount)) {
    return Object.values(data).flatMap((each) => readAnyJson(each, depth + 1));
  }
  const objects = list.map((each) => (isLink(each) ? { link: each } : each));
  return itemsOf(objects, (each) => valueOf(each, CALLED.issuer) ?? valueOf(each, CALLED.label), read);
};
