// One link of an account, with what Ente keeps about it in `codeDisplay`.
import { readLink } from "../../otp/otpauth.js";
import { isObject, refuseTrashed, withMore } from "./item.js";

/** @param {string} text @returns {Json} */
const displayOf = (text) => {
  try {
    const display = JSON.parse(text);
    return isObject(display) ? display : {};
  } catch {
    return {};
  }
};

/**
 * Read a link; refuses with a sentence what is none, and what is in the trash of its app.
 * @param {string} text
 */
export const readAccount = (text) => {
  const { entry, query } = readLink(text);
  const { note, tags, pinned, trashed } = displayOf(query.codedisplay || "{}");
  refuseTrashed(trashed === true);
  return withMore(entry, { notes: note, tags, pinned });
};
