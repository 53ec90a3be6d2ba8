// The kind of code that an export names.
import { KINDS } from "../../otp/codes.js";
import { plain } from "../../otp/link-label.js";
import { Refusal } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";

/**
 * One of ours; refuses another one by its name.
 * @param {unknown} type
 */
export const knownKind = (type) => {
  const kind = (plain(type) || "totp").toLowerCase();
  if (KINDS.includes(kind)) return kind;
  throw new Refusal(_("This app does not know the kind of code “%(kind)s”.", { kind }));
};
