// Lists of accounts on pages that show what would come, before it does.
import { make, part, put } from "../core/page/dom.js";
import { nameOf } from "./entries.js";
import { n_ } from "../core/i18n.js";

/**
 * A line for `{entry}`, or for `{name, why}` of what cannot be read.
 * @param {Item} item
 */
export const entryLine = (item) => {
  const words = item.entry ? nameOf(item.entry) : (item.name ?? "");
  const more = item.entry ? (item.entry.issuer ? item.entry.label : "") : (item.why ?? "");
  return make(
    "li",
    {},
    make("b", { class: "clip", dir: "auto" }, words),
    make("span", { class: "soft small", dir: "auto" }, more),
  );
};

const MOST = 200; // lines: a list of thousands nobody reads, and the browser would be busy with it

/** @param {Item[]} items */
const linesOf = (items) => {
  const lines = items.slice(0, MOST).map(entryLine);
  const rest = items.length - lines.length;
  if (rest > 0) {
    lines.push(make("li", { class: "soft" }, n_("and %(count)s more", "and %(count)s more", rest)));
  }
  return lines;
};

/**
 * Fill a group of _group.html; one without items is not shown.
 * @param {HTMLElement} root
 * @param {string} name
 * @param {Item[]} items
 * @param {string} words
 */
export const fillGroup = (root, name, items, words) => {
  part(root, name).hidden = items.length === 0;
  put(root, `${name}-words`, words);
  part(root, `${name}-rows`).replaceChildren(...linesOf(items));
};
