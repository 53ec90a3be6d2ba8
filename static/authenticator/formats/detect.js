// Finding out what a text is: somebody's export in JSON, or a list of links.
import { Refusal } from "../refusal.js";
import { _ } from "../words.js";
import { recognise } from "./json.js";
import { isList, nameOfList, readList } from "./links.js";

const json = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const asksForPassword = () =>
  new Refusal(_("This export is encrypted: type the password it was made with."), "password");

/**
 * The items of an export and the name of its source; refuses with a sentence what is none, and at
 * the field "password" what needs one.
 */
export const readExport = async (text, password = "") => {
  const body = text.replace(/^\ufeff/, "");
  const found = recognise(json(body));
  if (found?.open) {
    if (!password) throw asksForPassword();
    return { source: found.source, items: found.read(await found.open(password)) };
  }
  if (found) return { source: found.source, items: found.read() };
  if (isList(body)) return { source: nameOfList(), items: readList(body) };
  throw new Refusal(_("This is not an export that the app can read. Below is what it knows."));
};
