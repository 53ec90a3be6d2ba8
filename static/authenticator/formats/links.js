// A list of links, one a line, as several apps write it (Ente among them).
import { isLink, parse, plain } from "../otpauth.js";
import { _ } from "../words.js";
import { isBatch, readBatch } from "./google.js";

const SHOWN = 40;

const itemsOf = (line) => {
  try {
    return isBatch(line) ? readBatch(line).items : [{ entry: parse(line) }];
  } catch (error) {
    const name = plain(line.split("?")[0]).slice(0, SHOWN); // never the key
    return [{ name, why: error.message }];
  }
};

export const isList = (text) =>
  text.split(/\r?\n/).some((line) => isLink(line) || isBatch(line));

/** Every line that is not empty, in its order; what is no link is listed as such. */
export const readList = (text) =>
  text
    .split(/\r?\n/)
    .filter((line) => line.trim())
    .flatMap(itemsOf);

export const nameOfList = () => _("a list of links");
