// 2FAS: its JSON, opened already if it was encrypted.
import { names, plain } from "../../otp/link-label.js";
import { makeEntry } from "../../otp/otpauth.js";
import { isObject, itemsOf, listOf, withMore } from "../parsing/item.js";
import { knownKind } from "../parsing/kind.js";

/** @param {Json} each */
const position = (each) => Number(each?.order?.position ?? Infinity);

/** @param {Json} given */
export const read2Fas = ({ services, groups }) => {
  const named = new Map(listOf(groups).filter(isObject).map((each) => [each.id, each.name]));
  const inOrder = [...listOf(services)].sort((one, other) => {
    const [first, second] = [position(one), position(other)];
    return first < second ? -1 : Number(first > second);
  });
  return itemsOf(inOrder, ({ name, otp }) => plain(name) || otp?.issuer, (each) => {
    const otp = isObject(each.otp) ? each.otp : {};
    const made = makeEntry({
      type: knownKind(otp.tokenType),
      issuer: plain(each.name) || otp.issuer, // as the person renamed it
      label: plain(otp.account) || names(otp.label, otp.issuer).label,
      secret: each.secret,
      algorithm: otp.algorithm,
      digits: otp.digits,
      period: otp.period,
      counter: otp.counter,
    });
    return withMore(made, { tags: [named.get(each.groupId)] });
  });
};
