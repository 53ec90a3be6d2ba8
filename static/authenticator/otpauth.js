// Links of authenticator apps: otpauth://totp|hotp|steam/… and steam://…, read by hand, as the
// browser's URL loses an unescaped "#" and differs from browser to browser for this scheme.
import { clean } from "./base32.js";
import { Refusal } from "./refusal.js";
import { _ } from "./words.js";

const LONGEST = 100_000;
const SCHEME = /^\s*(otpauth|steam):\/\//i;
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name without characters that are not seen or turn the text around. */
export const plain = (text) => String(text ?? "").replace(INVISIBLE, " ").trim();

export const isLink = (text) => SCHEME.test(text);

const decoded = (text) =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });

const parameters = (text) => {
  const found = {};
  for (const part of text.split("&")) {
    const [name, ...rest] = part.split("=");
    const key = decoded(name).trim().toLowerCase();
    if (key && !(key in found)) found[key] = decoded(rest.join("=").replaceAll("+", " ")).trim();
  }
  return found;
};

/** Split what follows the scheme into type, label and parameters. */
const split = (rest) => {
  const known = rest.search(/\?(?=\s*[a-z_]+=)/i);
  const mark = known < 0 ? rest.indexOf("?") : known;
  const path = mark < 0 ? rest : rest.slice(0, mark);
  const slash = path.indexOf("/");
  const type = (slash < 0 ? path : path.slice(0, slash)).trim().toLowerCase();
  const label = slash < 0 ? "" : path.slice(slash + 1);
  return { type, label, given: mark < 0 ? {} : parameters(rest.slice(mark + 1)) };
};

/** Issuer and account; a prefix of the label that is the issuer is not said twice. */
export const names = (label, issuer) => {
  const whole = plain(label);
  const colon = whole.indexOf(":");
  const prefix = colon < 0 ? "" : whole.slice(0, colon).trim();
  const account = colon < 0 ? whole : whole.slice(colon + 1).trim();
  const named = plain(issuer);
  if (!named) return { issuer: prefix, label: account };
  const isSame = !prefix || prefix.toLowerCase() === named.toLowerCase();
  return { issuer: named, label: isSame ? account : whole };
};

export const algorithmOf = (text) =>
  (text || "SHA1").toUpperCase().replace(/[\s\-_]/g, "").replace(/^HMAC/, "");

/** A whole number within limits; refuses anything else by its name. */
export const number = (text, name, least, most, standard) => {
  if (text === undefined || text === null || text === "") return standard;
  const value = Number(text);
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

/** Put the parts of an account together; refuses broken ones by name. */
export const makeEntry = ({ type, issuer, label, secret, algorithm, digits, period, counter }) => {
  const entry = { type, issuer: plain(issuer), label: plain(label), secret: clean(secret ?? "") };
  entry.algorithm = algorithmOf(algorithm);
  entry.digits = type === "steam" ? 5 : number(digits, _("The number of digits"), 5, 10, 6);
  entry.period = number(period, _("The period"), 1, 86_400, 30);
  if (type === "hotp") {
    entry.counter = number(counter, _("The counter"), 0, Number.MAX_SAFE_INTEGER - 1, 0);
  }
  if (type === "steam") Object.assign(entry, { algorithm: "SHA1", period: 30 });
  return entry;
};

const unknown = (type, label, given, raw) => ({
  type: "unknown",
  ...names(label, given.issuer),
  kind: plain(type).slice(0, 40),
  raw: raw.trim(),
});

/** Read a link; refuses with a sentence what is no link or has no usable key. */
export const parse = (text) => {
  if (text.length > LONGEST) throw new Refusal(_("The link is too long to be one of an account."));
  const scheme = SCHEME.exec(text)?.[1].toLowerCase();
  if (!scheme) throw new Refusal(_("This is not a link of an authenticator app."));
  const rest = text.replace(SCHEME, "").trim();
  if (scheme === "steam") {
    return makeEntry({ type: "steam", issuer: "Steam", label: "", secret: decoded(rest) });
  }
  const { type, label, given } = split(rest);
  if (!["totp", "hotp", "steam"].includes(type)) {
    if (!type || !label) throw new Refusal(_("The link does not say what kind of code it makes."));
    return unknown(type, decoded(label), given, text);
  }
  if (!given.secret) throw new Refusal(_("The link has no key in it."), "secret");
  const isSteam = type === "steam" || given.encoder?.toLowerCase() === "steam";
  const kind = isSteam ? "steam" : type;
  const named = names(decoded(label), given.issuer || (isSteam ? "Steam" : ""));
  return makeEntry({ ...given, type: kind, ...named });
};

/** Write the link of an entry. */
export const format = (entry) => {
  if (entry.type === "unknown") return entry.raw;
  const part = encodeURIComponent;
  const label = entry.issuer ? `${part(entry.issuer)}:${part(entry.label)}` : part(entry.label);
  const given = [`secret=${entry.secret}`];
  if (entry.issuer) given.push(`issuer=${part(entry.issuer)}`);
  if (entry.type !== "steam") {
    given.push(`algorithm=${entry.algorithm}`, `digits=${entry.digits}`);
    given.push(entry.type === "hotp" ? `counter=${entry.counter}` : `period=${entry.period}`);
  }
  return `otpauth://${entry.type}/${label}?${given.join("&")}`;
};
