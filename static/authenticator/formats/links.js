// Links in a text: one a line as several apps write them, or wherever else they stand in it.
import { plain } from "../otp/link-label.js";
import { bare, isLink } from "../otp/otpauth.js";
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";
import { isBatch, joined, readBatch } from "./apps/google.js";
import { reason, tried } from "./parsing/item.js";
import { readAccount } from "./parsing/link.js";

const SHOWN = 40;
const LINE = /\r\n?|[\n\v\f\u0085\u2028\u2029]/;
const START = /(?:otpauth(?:-migration)?|steam):\/\//gi;
const BEHIND = /[\s,;|]+$/; // what people and tables put between two links
const MARKUP = /<\/?[a-z][^<>]*>/i;
const QUOTED = /^([^"<>`]*[?&](?:secret|data)=[^"<>`]*)["<>`].*$/is; // a link within markup or JSON

/**
 * Every link of a line, each to the beginning of the next one.
 * @param {string} line
 */
const linksOf = (line) => {
  const starts = [...line.matchAll(START)].map(({ index }) => index);
  return starts.map((start, at) =>
    bare(line.slice(start, starts[at + 1]).replace(QUOTED, "$1").replace(BEHIND, "")),
  );
};

/**
 * The links of a text, and each line that has none as it is; in a page only the links count.
 * @param {string} text
 */
export const splitLinks = (text) => {
  const isPage = MARKUP.test(text);
  return text
    .split(LINE)
    .filter((line) => line.trim())
    .flatMap((line) => {
      const links = linksOf(line);
      return links.length || isPage ? links : [line.trim()];
    });
};

/** @param {string} text */
const isAny = (text) => isLink(text) || isBatch(text);

const MOST = 20_000; // links: more than anybody has, and what a phone reads in some seconds

/** @param {string} text */
const countOf = (text) => text.match(START)?.length ?? 0;

/** @param {string} text */
export const isList = (text) => {
  const count = countOf(text);
  return count > MOST || (count > 0 && splitLinks(text).some(isAny));
};

/**
 * Tell whether it is more than the link of one account.
 * @param {string} text
 */
export const isSeveral = (text) => {
  const count = countOf(text);
  if (count === 0 || count > MOST) return count > 0;
  const found = splitLinks(text);
  return found.length > 1 ? found.some(isAny) : isBatch(text);
};

/** @param {string} link */
const nameOfLink = (link) => plain(link.split("?")[0]).slice(0, SHOWN); // never the key

/** @param {string} link */
const partOf = (link) => {
  try {
    return isBatch(link)
      ? { batch: readBatch(link) }
      : { items: [tried(nameOfLink(link), () => readAccount(link))] };
  } catch (error) {
    return { items: [{ name: nameOfLink(link), why: reason(error) }] };
  }
};

const SLICE = 30; // milliseconds after which the page gets its turn

const turn = () => new Promise((resolve) => setTimeout(resolve));

/** @param {string[]} links */
const partsOf = async (links) => {
  const parts = [];
  let since = performance.now();
  for (const link of links) {
    parts.push(partOf(link));
    if (performance.now() - since < SLICE) continue;
    await turn();
    since = performance.now();
  }
  return parts;
};

/** @param {number} count */
const tooMany = (count) =>
  new Refusal(
    _("There are %(count)s links in it, and at most %(most)s are read at once. Import it in parts.", {
      count,
      most: MOST,
    }),
  );

/**
 * What is in these texts, in their order; the parts of one export stand where its first one does.
 * @param {string[]} links
 */
export const readLinks = async (links) => {
  const parts = await partsOf(links);
  const exported = joined(parts.flatMap(({ batch }) => batch ?? []));
  return parts.flatMap(({ batch, items }) => {
    if (!batch) return items;
    const found = exported.get(batch.id) ?? [];
    exported.delete(batch.id);
    return found;
  });
};

/**
 * Every line that is not empty, in its order; what is no link is listed as such. Refuses more links than a page
 * can show.
 * @param {string} text
 */
export const readList = async (text) => {
  const count = countOf(text);
  if (count > MOST) throw tooMany(count);
  return readLinks(splitLinks(text));
};

export const nameOfList = () => _("a list of links");
