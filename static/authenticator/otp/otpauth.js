// Links of authenticator apps: otpauth://totp|hotp|steam/… and steam://…, read by hand, as the
// browser's URL loses an unescaped "#" and differs from browser to browser for this scheme.
import { clean } from "./base32.js";
import { KINDS } from "./codes.js";
import { decoded, escaped, plain, readLabel, writeLabel } from "./link-label.js";
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";

const LONGEST = 100_000;
const AROUND = /^[\s\p{Cf}"'`<>«»“”„‘’]+|[\s\p{Cf}"'`<>«»“”„‘’]+$/gu; // of a link that was copied with them
const SCHEME = /^(otpauth|steam):\/\//i;
const ANY_SCHEME = /(?:otpauth(?:-migration)?|steam):\/\//i;
// A link that was copied out of the source of a page or of JSON.
const AMPERSAND = /&(?:(?:amp|#0*38|#x0*26);)+|\\u0026/gi;
const STEAM = /^steam(?: ?guard)?$/i;

/**
 * A text without the spaces, quotes and marks that came along around it.
 * @param {unknown} text
 */
export const bare = (text) => String(text).replace(AROUND, "");

/** @param {unknown} text */
export const isLink = (text) => typeof text === "string" && SCHEME.test(bare(text));

/**
 * The value of a parameter: "+" is a space, but not where no name has one.
 * @param {string} name
 * @param {string} text
 */
const valueOf = (name, text) => {
  const isName = name === "issuer";
  const kept = isName ? text.replace(/^\++|\++$/g, (found) => "%2B".repeat(found.length)) : text;
  return decoded(kept.replaceAll("+", " ")).trim();
};

/** @param {string} text */
const parameters = (text) => {
  /** @type {Record<string, string>} */
  const found = {};
  let last = "";
  for (const part of text.split("&")) {
    const [name, ...rest] = part.split("=");
    const key = decoded(name).trim().toLowerCase();
    if (rest.length === 0 && last === "issuer" && name) {
      found.issuer += `&${valueOf("issuer", name)}`; // "AT&T", not escaped
      continue;
    }
    if (key && !(key in found)) found[key] = valueOf(key, rest.join("="));
    last = key;
  }
  return found;
};

/**
 * Split what follows the scheme into type, label and parameters.
 * @param {string} rest
 */
const split = (rest) => {
  const known = rest.search(/\?(?=\s*[a-z_]+=)/i);
  const mark = known < 0 ? rest.indexOf("?") : known;
  const path = mark < 0 ? rest : rest.slice(0, mark);
  const slash = path.indexOf("/");
  const type = (slash < 0 ? path : path.slice(0, slash)).trim().toLowerCase();
  const label = slash < 0 ? "" : path.slice(slash + 1);
  return { type, label, query: mark < 0 ? {} : parameters(rest.slice(mark + 1)) };
};

/** @param {unknown} text */
const algorithmOf = (text) =>
  String(text || "SHA1").toUpperCase().replace(/[\s\p{Cf}\-_]/gu, "").replace(/^HMAC/, "");

/**
 * A whole number within limits; refuses anything else by its name.
 * @param {unknown} text
 * @param {string} name
 * @param {number} least
 * @param {number} most
 * @param {number} standard
 */
const number = (text, name, least, most, standard) => {
  if (text === undefined || text === null) return standard;
  const written = typeof text === "string" ? text.replace(/[\s\p{Cf}]/gu, "") : text;
  if (written === "") return standard;
  const value = ["string", "number"].includes(typeof written) ? Number(written) : NaN;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const shown = String(text).slice(0, 20);
  const words = _("%(name)s cannot be “%(shown)s”: it is a number from %(least)s to %(most)s.", {
    name,
    shown,
    least,
    most,
  });
  throw new Refusal(words, "details");
};

/**
 * Steam has letters of its own, though many write its accounts down as any other's.
 * @param {Record<string, any>} fields
 */
const kindOf = ({ type, issuer, encoder }) =>
  type === "totp" && !encoder && STEAM.test(plain(issuer)) ? "steam" : type;

/**
 * Put the parts of an account together; refuses broken ones by name.
 * @param {Record<string, any>} fields
 * @returns {Account}
 */
export const makeEntry = (fields) => {
  const { issuer, label, secret, algorithm, digits, period, counter } = fields;
  const kind = kindOf(fields);
  if (!KINDS.includes(kind)) throw new Refusal(_("It does not say what kind of code it makes."));
  const named = { type: kind, issuer: plain(issuer), label: plain(label) };
  const entry = /** @type {Account} */ ({ ...named, secret: clean(secret ?? "") });
  entry.algorithm = algorithmOf(algorithm);
  entry.digits = kind === "steam" ? 5 : number(digits, _("The number of digits"), 5, 10, 6);
  entry.period = kind === "hotp" ? 30 : number(period, _("The period"), 1, 86_400, 30);
  if (kind === "hotp") {
    entry.counter = number(counter, _("The counter"), 0, Number.MAX_SAFE_INTEGER - 1, 0);
  }
  if (kind === "steam") Object.assign(entry, { algorithm: "SHA1", period: 30 });
  return entry;
};

/**
 * @param {string} type
 * @param {string} label
 * @param {Record<string, string>} query
 * @param {string} raw
 */
const unknown = (type, label, query, raw) => {
  const kind = plain(type).slice(0, 40);
  return /** @type {Account} */ ({ type: "unknown", ...readLabel(label, query.issuer), kind, raw });
};

/**
 * Read a link: `{entry, query}`, its account and all its parameters; refuses as `parse` does.
 * @param {string} text
 * @returns {{ entry: Account, query: Record<string, string> }}
 */
export const readLink = (text) => {
  if (text.length > LONGEST) throw new Refusal(_("The link is too long to be one of an account."));
  const link = bare(text).replace(AMPERSAND, "&");
  const scheme = SCHEME.exec(link)?.[1].toLowerCase();
  if (!scheme) throw new Refusal(_("This is not a link of an authenticator app."));
  const rest = link.replace(SCHEME, "").trim();
  if (ANY_SCHEME.test(rest)) throw new Refusal(_("These are several links. Import them as a list."));
  if (scheme === "steam") {
    const made = makeEntry({ type: "steam", issuer: "Steam", label: "", secret: decoded(rest) });
    return { entry: made, query: {} };
  }
  const { type, label, query } = split(rest);
  if (!KINDS.includes(type)) {
    if (!type || !label) throw new Refusal(_("The link does not say what kind of code it makes."));
    return { entry: unknown(type, label, query, link), query };
  }
  if (!query.secret) throw new Refusal(_("The link has no key in it."), "secret");
  const isSteam = type === "steam" || query.encoder?.toLowerCase() === "steam";
  const kind = isSteam ? "steam" : type;
  const named = readLabel(label, query.issuer ?? (isSteam ? "Steam" : ""));
  return { entry: makeEntry({ ...query, type: kind, ...named }), query };
};

/**
 * Read the account of a link; refuses with a sentence what is no link or has no usable key.
 * @param {string} text
 */
export const parse = (text) => readLink(text).entry;

/**
 * Write the link of an entry.
 * @param {Account} entry
 */
export const format = (entry) => {
  if (entry.type === "unknown") return entry.raw;
  const { type, issuer, label } = entry;
  const query = [`secret=${entry.secret}`];
  // Without its name an account of Steam would get it when it is read.
  if (issuer || type === "steam") query.push(`issuer=${escaped(issuer)}`);
  if (type === "totp" && STEAM.test(plain(issuer))) query.push("encoder=none");
  if (type !== "steam") {
    query.push(`algorithm=${entry.algorithm}`, `digits=${entry.digits}`);
    query.push(type === "hotp" ? `counter=${entry.counter}` : `period=${entry.period}`);
  }
  return `otpauth://${type}/${writeLabel(issuer, label)}?${query.join("&")}`;
};
