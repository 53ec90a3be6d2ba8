// What the browser's storage refuses, in words of ours and never in the engine's.
import { isTooLate } from "../patience.js";
import { Refusal } from "../refusal.js";
import { _ } from "../i18n.js";

/** @param {any} error */
const whyNotSaved = (error) => {
  if (error?.isUnsure) {
    return _("The phone's storage does not answer. Load the app again to see whether this was saved.");
  }
  if (isTooLate(error)) {
    return _("This was not saved: the phone's storage does not answer. Close other tabs of this app, then try again.");
  }
  return error?.name === "QuotaExceededError"
    ? _("This was not saved: the phone has no room left. What you see is as before.")
    : _("This was not saved: the browser's storage refused it. What you see is as before.");
};

/** @param {any} error */
const whyNotRead = (error) =>
  isTooLate(error)
    ? _("The phone's storage does not answer. Close other tabs of this app, then try again.")
    : _("The phone's storage could not be read.");

/** @param {(error: unknown) => string} why */
const inWords = (why) => (/** @type {any} */ error) => {
  if (error instanceof Refusal) return error;
  return Object.assign(new Refusal(why(error)), { isTooLate: isTooLate(error), cause: error });
};

/** A refusal for what could not be written, with the error as its `cause`. */
export const notSaved = inWords(whyNotSaved);

/** The same for what could not be read. */
export const notRead = inWords(whyNotRead);
