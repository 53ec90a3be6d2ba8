// Bitwarden's plain JSON, of the password manager and of its authenticator. Passwords are not looked at.
import { plain } from "../../otp/link-label.js";
import { isLink, makeEntry } from "../../otp/otpauth.js";
import { isObject, itemsOf, refuseTrashed, withMore } from "../parsing/item.js";
import { readAccount } from "../parsing/link.js";

/**
 * Tell whether a list of items is Bitwarden's: others call theirs "items" too.
 * @param {Json[]} items
 */
export const isBitwarden = (items) =>
  items.some((each) => isObject(each) && ("login" in each || typeof each.type === "number"));

// What is no item at all is listed as broken; one without a code was never an account.
/** @param {Json} each */
const mayHaveCode = (each) => !isObject(each) || Boolean(each.login?.totp);

/** @param {Json} given */
const read = ({ name, login, notes, favorite, deletedDate }) => {
  refuseTrashed(Boolean(deletedDate));
  const { totp, username } = login;
  const bare = { type: "totp", issuer: name, secret: totp };
  const made = isLink(totp) ? readAccount(totp) : makeEntry(bare);
  made.issuer = plain(name) || made.issuer; // whole: it is what the person called it
  made.label ||= plain(username);
  return withMore(made, { notes, pinned: favorite });
};

/** @param {{ items: Json[] }} given */
export const readBitwarden = ({ items }) =>
  itemsOf(items.filter(mayHaveCode), ({ name }) => name, read);
