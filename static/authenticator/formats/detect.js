// Finding out what a text is: somebody's export in JSON, or a list of links.
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";
import { recognise } from "./json.js";
import { withoutPictures } from "./parsing/large.js";
import { isList, nameOfList, readList } from "./links.js";

const JSON_BEGINS = /^\s*[{[]/;

/** @param {string} text */
const json = (text) => {
  try {
    return JSON.parse(withoutPictures(text));
  } catch {
    return null;
  }
};

const asksForPassword = () =>
  new Refusal(_("This export is encrypted: type the password it was made with."), "password");

const damaged = () => new Refusal(_("The export is cut off or damaged."));

/** @param {string} source */
const noneIn = (source) =>
  new Refusal(_("There are no accounts with codes in this export of %(source)s.", { source }));

/** @param {Reader} given @param {string} password */
const readFound = async ({ source, open, read }, password) => {
  if (open && !password) throw asksForPassword();
  const items = open ? read(await open(password)) : read();
  if (!items.length) throw noneIn(source);
  return { source, items };
};

/**
 * The items of an export and the name of its source; refuses with a sentence what is none, and at
 * the field "password" what needs one.
 * @param {string} text
 */
export const readExport = async (text, password = "") => {
  const body = text.replace(/^\ufeff/, "");
  try {
    const data = JSON_BEGINS.test(body) ? json(body) : null;
    const found = recognise(data);
    if (found) return await readFound(found, password);
    if (isList(body)) return { source: nameOfList(), items: await readList(body) };
    if (JSON_BEGINS.test(body) && data === null) throw damaged();
  } catch (error) {
    throw error instanceof Refusal ? error : damaged(); // never in the engine's own words
  }
  throw new Refusal(_("This is not an export that the app can read. Below is what it knows."));
};
