// Aegis: its JSON, opened already if it was encrypted.
import { plain } from "../../otp/link-label.js";
import { makeEntry } from "../../otp/otpauth.js";
import { isObject, itemsOf, listOf, withMore } from "../parsing/item.js";
import { knownKind } from "../parsing/kind.js";

/** @param {Json} db */
const groupsOf = (db) =>
  new Map(listOf(db.groups).filter(isObject).map((each) => [each.uuid, each.name]));

/** @param {Json} given */
export const readAegis = ({ db }) => {
  const groups = groupsOf(db);
  return itemsOf(listOf(db.entries), ({ issuer, name }) => plain(issuer) || name, (each) => {
    const info = isObject(each.info) ? each.info : {};
    const made = makeEntry({
      type: knownKind(each.type),
      issuer: each.issuer,
      label: each.name,
      secret: info.secret,
      algorithm: info.algo,
      digits: info.digits,
      period: info.period,
      counter: info.counter,
    });
    const tags = listOf(each.groups).map((id) => groups.get(id));
    return withMore(made, { notes: each.note, tags: [...tags, each.group], pinned: each.favorite });
  });
};
