// Our own encrypted export; what is in it is looked at as closely as what others write.
import { KINDS } from "../../otp/codes.js";
import { isWork } from "../../lk1/document.js";
import { checkFile, openFile } from "../../lk1/file.js";
import { newer } from "../../lk1/refusals.js";
import { plain } from "../../otp/link-label.js";
import { makeEntry } from "../../otp/otpauth.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";
import { isObject, itemsOf, refuseTrashed } from "../parsing/item.js";

const HERE = ["id", "revision", "created", "changed", "order", "trashed"]; // given anew

/** @param {unknown} value */
const isText = (value) => typeof value === "string";
/** @type {Record<string, (value: unknown) => boolean>} */
const SHAPES = {
  notes: isText,
  recovery: isText,
  tags: (value) => Array.isArray(value) && value.every(isText),
};

/**
 * What else an account has, as far as it has the shape that the pages expect.
 * @param {Json} entry
 */
const rest = (entry) =>
  Object.fromEntries(
    Object.entries(entry).filter(
      ([name, value]) => !HERE.includes(name) && (SHAPES[name]?.(value) ?? true),
    ),
  );

/** @param {Json} entry @returns {Account} */
const readEntry = (entry) => {
  refuseTrashed(Boolean(entry.trashed));
  if (isWork(entry)) throw new Refusal(_("Its organisation has to set it up again."));
  if (KINDS.includes(entry.type)) return { ...rest(entry), ...makeEntry(entry) };
  if (!isText(entry.type) || !isText(entry.raw ?? entry.secret)) {
    throw new Refusal(_("It does not say what kind of code it makes."));
  }
  const named = { issuer: plain(entry.issuer), label: plain(entry.label) };
  return /** @type {Account} */ ({ ...rest(entry), ...named });
};

/** @param {SealedFile} file @param {string} passphrase */
const open = async (file, passphrase) => {
  try {
    return await openFile({ file, passphrase });
  } catch (error) {
    const { code, message } = asFailure(error);
    throw code === "closed" ? new Refusal(message, "password") : error;
  }
};

/** @param {Json} doc */
const readDocument = (doc) => {
  if (!Array.isArray(doc.entries)) throw newer();
  const held = doc.entries.filter((/** @type {Json} */ entry) => !isObject(entry) || !entry.gone);
  return itemsOf(held, (entry) => plain(entry.issuer) || entry.label, readEntry);
};

/**
 * How to read such a file, as `recognise` says it of the others.
 * @param {Json} data
 */
export const ownExport = (data) => {
  checkFile(data);
  const source = _("your encrypted file");
  return { source, open: (/** @type {string} */ passphrase) => open(data, passphrase), read: readDocument };
};
