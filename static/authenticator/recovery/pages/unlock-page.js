// Opening a backup with what somebody has. Nothing typed here is sent anywhere; while the backup waits for
// its key, a tag that is derived from it is, and only that is counted.
import { canHavePasskeys, prfOfAny } from "../../lock/passkey.js";
import { backupOf, hasKey, keyOf } from "../../backup/sync/state.js";
import { find, formPart, onSubmit, part, put } from "../../core/page/dom.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { go } from "../../core/page/router.js";
import { current } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { keepDraft } from "../draft.js";
import { openChosen } from "../decrypt.js";
import { openBy, waits } from "../prove.js";
import { needsGrant } from "../api.js";
import { tell } from "../../core/page/page-helpers.js";
import { waitWords, which } from "../labels.js";
import { keep, needed, session } from "../session.js";

const MANY = 5; // wrong keys, after which it is said what else it may be
let wrong = 0;

/** @param {string} kind */
const slotsOf = (kind) => (needed("offer").slots ?? []).filter((/** @type {Slot} */ slot) => slot.kind === kind);

/**
 * Try each slot of this kind; the last refusal is the one that is said.
 * @param {Slot[]} slots
 * @param {SlotInput} input
 */
const openAny = async (slots, input) => {
  let refused = null;
  for (const slot of slots) {
    try {
      return await openBy(slot, input);
    } catch (error) {
      if (!["closed", "no_tag"].includes(asFailure(error).code ?? "")) throw error;
      refused = error;
    }
  }
  throw refused;
};

/** @param {Failure} error */
const comfort = (error) => {
  if (error.code === "closed") wrong += 1;
  if (wrong < MANY || error.code !== "closed") return error;
  const more = _("Nothing is lost by trying. Is it the key of another backup, or of an earlier one?");
  return new Refusal(`${error.message} ${more}`, error.field, error.code);
};

/** The key of the chosen backup if this phone has it; else `null`. */
export const ownKey = () => {
  const doc = current();
  return hasKey(doc) && backupOf(doc).vault === needed("offer").vault ? keyOf(doc).secret : null;
};

/**
 * Go on with the key of the vault, opened `by` a slot: what is in the backup is shown next.
 * @param {Bytes} secret
 */
export const openWith = async (secret, by = "", tag = "") => {
  keep({ secret, by, tag });
  try {
    await openChosen();
  } catch (error) {
    if (!needsGrant(error)) throw error;
    await keepDraft(session()).catch(() => {});
    go("recovery");
    return;
  }
  wrong = 0;
  go("recovery-look");
};

/** @param {Slot[]} slots @param {SlotInput} input */
const tryOpen = async (slots, input) => {
  let opened;
  try {
    opened = await openAny(slots, input);
  } catch (error) {
    throw comfort(asFailure(error));
  }
  await openWith(opened.secret, opened.by, opened.tag);
};

/**
 * A form that opens slots of this kind with what is typed; `name` is what slots.js calls that.
 * @param {HTMLFormElement} form
 * @param {string} kind
 * @param {string} name
 * @param {() => string} empty
 */
const typedForm = (form, kind, name, empty) => {
  const slots = slotsOf(kind);
  form.hidden = slots.length === 0;
  const field = form.elements.secret;
  field.value = session().typed[kind] ?? "";
  field.addEventListener("input", () => {
    session().typed[kind] = field.value;
  });
  onSubmit(form, async () => {
    if (!field.value.trim()) throw new Refusal(empty(), "secret");
    await tryOpen(slots, { [name]: field.value });
  });
};

/** @param {HTMLElement} root */
const passkeyForm = (root) => {
  const form = part(root, "passkey");
  const slots = slotsOf("passkey");
  form.hidden = slots.length === 0;
  if (!canHavePasskeys()) {
    put(form, "passkey-words", _("This browser cannot open the backup with a passkey."));
    find(form, "button").hidden = true;
    return;
  }
  put(form, "passkey-words", _("The one you chose for the backup, from this phone or a security key."));
  onSubmit(form, async () => {
    const { slot, prf } = await prfOfAny(slots);
    await tryOpen([slot], { prf });
  });
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showOpen = (root) => {
  const { offer, chosen } = session();
  if (!offer) {
    go("recovery");
    return;
  }
  put(root, "which", which({ ...offer, ...chosen }));
  part(root, "old-phone").hidden = Boolean(waits()); // it gives the key once the wait is over
  const waiting = waits();
  if (waiting) tell(root, "look", waitWords(waiting.from));
  const keyForm = formPart(root, "backup-key");
  typedForm(keyForm, "recovery-key", "backupKey", () => _("Type the backup key."));
  const passphraseForm = formPart(root, "passphrase");
  typedForm(passphraseForm, "passphrase", "passphrase", () => _("Type the passphrase."));
  passkeyForm(root);
};
