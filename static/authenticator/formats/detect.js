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

/** The items of an export and the name of its source; refuses with a sentence what is none. */
export const readExport = (text) => {
  const body = text.replace(/^\ufeff/, "");
  const found = recognise(json(body));
  if (found) return { source: found.source, items: found.read() };
  if (isList(body)) return { source: nameOfList(), items: readList(body) };
  throw new Refusal(
    _("This is not an export that the app can read. Below is what it knows."),
  );
};
