// The label of an otpauth link, "issuer:account" (Key Uri Format, "Label"), and names in general.

// A direction mark or a soft hyphen is no part of a name; joiners are, of scripts and of emoji.
const UNSEEN = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const HALF = /\p{Surrogate}/gu; // of a character that was cut in two: no link can be written with it
const COLON = /:|%3a/gi;

/**
 * A name without characters that are not seen or turn the text around; "" for what is no text.
 * @param {unknown} text
 */
export const plain = (text) => {
  const isName = typeof text === "string" || typeof text === "number";
  if (!isName) return "";
  const seen = String(text).replace(UNSEEN, "").replace(CONTROL, " ").replace(HALF, "\ufffd");
  return seen.normalize("NFC").trim();
};

/**
 * The text behind %-escapes; what is no escape stays as it is.
 * @param {string} text
 */
export const decoded = (text) =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });

/**
 * A name as a part of a link; the signs that may stand there too, such as quotes, are escaped.
 * @param {unknown} name
 */
export const escaped = (name) =>
  encodeURIComponent(plain(name)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** @param {unknown} text */
const folded = (text) => plain(text).toLowerCase();

/**
 * Tell whether a part of a label, still escaped, is this issuer; some write its spaces as "+".
 * @param {string} part
 * @param {string} issuer
 */
const isIssuer = (part, issuer) =>
  [part, part.replaceAll("+", " ")].some((each) => folded(decoded(each)) === folded(issuer));

/**
 * Issuer and account of a label that is still escaped. An issuer that the link names is taken off
 * its front, however it is spelled and whatever colons are in it; else the first colon that is not
 * escaped ends the issuer, else the first one.
 * @param {string} label
 * @param {unknown} issuer
 */
export const readLabel = (label, issuer) => {
  const named = plain(issuer);
  const colons = [...label.matchAll(COLON)];
  /** @param {RegExpExecArray} colon */
  const before = (colon) => label.slice(0, colon.index);
  /** @param {RegExpExecArray} colon */
  const after = (colon) => plain(decoded(label.slice(colon.index + colon[0].length)));
  if (named) {
    const end =
      colons.find((colon) => isIssuer(before(colon), named)) ??
      colons.find((colon) => !plain(decoded(before(colon))));
    return { issuer: named, label: end ? after(end) : plain(decoded(label)) };
  }
  const end = colons.find(([text]) => text === ":") ?? colons[0];
  if (!end) return { issuer: "", label: plain(decoded(label)) };
  return { issuer: plain(decoded(before(end))), label: after(end) };
};

/**
 * The same of a label as it is shown, where nothing is escaped.
 * @param {unknown} label
 * @param {unknown} issuer
 */
export const names = (label, issuer) => readLabel(escaped(label), issuer);

/**
 * Write the label: a colon in a name is escaped, the one between the names is not.
 * @param {string} issuer
 * @param {string} label
 */
export const writeLabel = (issuer, label) => {
  const isSplit = issuer || label.includes(":"); // else the account would be split when it is read
  return isSplit ? `${escaped(issuer)}:${escaped(label)}` : escaped(label);
};
