// Secrets that are chosen here and typed twice, in the fields "secret" and "again" of a form.
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";

const SHORTEST = 8; // characters of a passphrase

/**
 * What was typed in both fields.
 * @param {HTMLFormControlsCollection} given
 */
export const twice = ({ secret, again }) => {
  if (secret.value.normalize("NFKC") !== again.value.normalize("NFKC")) {
    throw new Refusal(_("The two are not the same."), "again");
  }
  return secret.value;
};

/**
 * The same for a passphrase, which has to be long enough.
 * @param {HTMLFormControlsCollection} elements
 */
export const newPassphrase = (elements) => {
  const passphrase = twice(elements);
  if ([...passphrase].length >= SHORTEST) return passphrase;
  throw new Refusal(_("Use at least 8 characters; four words are better."), "secret");
};
