// The sentences of the app: English is the source, looked up by the sentence itself in the words
// that the page brings along (locale/, made by `make messages`).
const language = document.documentElement.lang || "en";
const locale = language === "en" ? "en-GB" : language;
const catalogue = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

// The forms of a sentence stand in the order of gettext's, which is this one.
const ORDER = /** @type {const} */ (["zero", "one", "two", "few", "many", "other"]);
const rules = new Intl.PluralRules(language);
const categories = ORDER.filter((name) => rules.resolvedOptions().pluralCategories.includes(name));
/** @param {string[]} forms @param {number} count */
const formOf = (forms, count) =>
  forms[Math.min(categories.indexOf(rules.select(count)), forms.length - 1)];

const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * What is written from right to left stands apart in a sentence, and turns nothing beside it around.
 * @param {unknown} value
 */
const apart = (value) => (RIGHT_TO_LEFT.test(String(value)) ? `\u2068${value}\u2069` : String(value));

/**
 * Put values into the places of a sentence: "%(name)s" becomes values.name.
 * @param {string} text
 * @param {Record<string, unknown>} [values]
 */
const fill = (text, values = {}) =>
  text.replace(/%\((\w+)\)s/g, (place, name) => (name in values ? apart(values[name]) : place));

/** @param {string} text @param {Record<string, unknown>} [values] */
export const _ = (text, values) => fill(catalogue[text] || text, values);

/**
 * The same where a number decides about the form.
 * @param {string} one
 * @param {string} many
 * @param {number} count
 * @param {Record<string, unknown>} [values]
 */
export const n_ = (one, many, count, values = {}) =>
  fill(formOf(catalogue[one] ?? [one, many], count), { count, ...values });

/**
 * A moment as people write it, in the clock of this phone.
 * @param {number | string} time
 */
export const moment = (time) =>
  new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(time));

/**
 * The same, shorter for a moment of today.
 * @param {number | string} time
 */
export const short = (time) => {
  const date = new Date(time);
  if (date.toDateString() !== new Date().toDateString()) return moment(time);
  const how = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return new Intl.DateTimeFormat(locale, how).format(date);
};

/**
 * A length of time in one unit, for milliseconds.
 * @param {number} length
 */
export const span = (length) => {
  const seconds = Math.round(length / 1000);
  if (seconds < 120) return n_("%(count)s second", "%(count)s seconds", seconds);
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return n_("%(count)s minute", "%(count)s minutes", minutes);
  const hours = Math.round(minutes / 60);
  if (hours < 48) return n_("%(count)s hour", "%(count)s hours", hours);
  return n_("%(count)s day", "%(count)s days", Math.round(hours / 24));
};
