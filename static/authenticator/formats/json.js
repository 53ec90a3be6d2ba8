// Exports in JSON: whose they are, and how to read them.
import { isFile } from "../lk1/file.js";
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";
import { readAegis } from "./apps/aegis.js";
import { readAnyJson } from "./apps/any-json.js";
import { isBitwarden, readBitwarden } from "./apps/bitwarden.js";
import { open2Fas, openAegis } from "./apps/encrypted.js";
import { isObject } from "./parsing/item.js";
import { ownExport } from "./apps/own.js";
import { read2Fas } from "./apps/two-fas.js";

/** @param {string} words */
const refused = (words) => () => {
  throw new Refusal(words);
};

const encryptedBitwarden = () =>
  _("This export is encrypted. Export it again as plain JSON, then delete the file.");

const encryptedEnte = () =>
  _("This is Ente's encrypted export. Export it again as plain text, then delete the file.");

/** @param {Json} data */
const anyJson = (data) => {
  const items = readAnyJson(data);
  return items.length ? { source: _("a JSON file"), read: () => items } : null;
};

/**
 * The name of the app that wrote it, and how to read it, or with a password how to `open` it first;
 * `null` if it is none of these.
 * @param {Json} data
 * @returns {Reader | null}
 */
export const recognise = (data) => {
  if (!isObject(data)) return anyJson(data);
  if (isFile(data)) return ownExport(data);
  if (typeof data.db === "string" && Array.isArray(data.header?.slots)) {
    return { source: "Aegis", open: (/** @type {string} */ password) => openAegis(data, password), read: readAegis };
  }
  if (Array.isArray(data.db?.entries)) return { source: "Aegis", read: () => readAegis(data) };
  if (typeof data.servicesEncrypted === "string" && data.servicesEncrypted) {
    return { source: "2FAS", open: (/** @type {string} */ password) => open2Fas(data, password), read: read2Fas };
  }
  if (Array.isArray(data.services)) return { source: "2FAS", read: () => read2Fas(data) };
  if (data.encrypted === true) return { source: "Bitwarden", read: refused(encryptedBitwarden()) };
  if (data.encryptedData && data.kdfParams) return { source: "Ente", read: refused(encryptedEnte()) };
  if (Array.isArray(data.items) && isBitwarden(data.items)) {
    return { source: "Bitwarden", read: () => readBitwarden(data) };
  }
  return anyJson(data);
};
