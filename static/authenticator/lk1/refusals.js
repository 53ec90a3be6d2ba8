// Why a backup is not opened, in sentences; `code` tells the reasons apart for the pages.
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";

/** Not what was written: cut off, or a bit of it changed. */
export const damaged = () =>
  new Refusal(_("This backup is cut off or damaged."), "", "damaged");

/** Written by a version of the app that knows more than this one. */
export const newer = () =>
  new Refusal(_("A newer version of this app made this backup. Update the app."), "", "newer");

/** In order, and sealed with another key than the one given. */
export const otherKey = () =>
  new Refusal(_("This key is not the one of this backup."), "", "other-key");

export const tooLarge = () =>
  new Refusal(_("This backup is larger than the app can open."), "", "too-large");

/**
 * What somebody typed or held against the backup is in order, and does not open it.
 * @param {string} words
 */
export const closed = (words) => new Refusal(words, "secret", "closed");

/**
 * What somebody typed cannot be a backup key at all.
 * @param {string} words
 */
export const typo = (words) => new Refusal(words, "secret", "typo");
