// Opening a backup with what somebody has. Nothing typed here is sent anywhere: a wrong key costs
// nothing, however often.
import { canHavePasskeys, prfOfAny } from "../backup/passkey.js";
import { hasKey, keyOf } from "../backup/state.js";
import { onSubmit, part, put } from "../dom.js";
import { openSlot } from "../lk1/slots.js";
import { Refusal } from "../refusal.js";
import { go } from "../router.js";
import { current } from "../vault.js";
import { _ } from "../words.js";
import { keepDraft } from "./draft.js";
import { openChosen } from "./opened.js";
import { needsGrant } from "./portal.js";
import { which } from "./sentences.js";
import { keep, session } from "./session.js";

const MANY = 5; // wrong keys, after which it is said what else it may be
let wrong = 0;

const slotsOf = (kind) => (session().offer.slots ?? []).filter((slot) => slot.kind === kind);

/** Try each slot of this kind; the last refusal is the one that is said. */
const openAny = async (slots, input) => {
  const { vault } = session().offer;
  let refused = null;
  for (const slot of slots) {
    try {
      return { by: slot.id, secret: await openSlot({ slot, vault, ...input }) };
    } catch (error) {
      if (error.code !== "closed") throw error;
      refused = error;
    }
  }
  throw refused;
};

const comfort = (error) => {
  if (error.code === "closed") wrong += 1;
  if (wrong < MANY || error.code !== "closed") return error;
  const more = _("Nothing is lost by trying. Is it the key of another backup, or of an earlier one?");
  return new Refusal(`${error.message} ${more}`, error.field, error.code);
};

/** The key of the chosen backup if this phone has it; else `null`. */
export const ownKey = () => {
  const doc = current();
  return hasKey(doc) && doc.backup.vault === session().offer.vault ? keyOf(doc).secret : null;
};

/** Go on with the key of the vault, opened `by` a slot: what is in the backup is shown next. */
export const openWith = async (secret, by = "") => {
  keep({ secret, by });
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

const tryOpen = async (slots, input) => {
  let opened = null;
  try {
    opened = await openAny(slots, input);
  } catch (error) {
    throw comfort(error);
  }
  await openWith(opened.secret, opened.by);
};

const typedForm = (root, kind, name, empty) => {
  const form = part(root, kind);
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

const passkeyForm = (root) => {
  const form = part(root, "passkey");
  const slots = slotsOf("passkey");
  form.hidden = slots.length === 0;
  if (!canHavePasskeys()) {
    put(form, "passkey-words", _("This browser cannot open the backup with a passkey."));
    form.querySelector("button").hidden = true;
    return;
  }
  put(form, "passkey-words", _("The one you chose for the backup, from this phone or a security key."));
  onSubmit(form, async () => {
    const { slot, prf } = await prfOfAny(slots);
    await tryOpen([slot], { prf });
  });
};

/** Show the page. */
export const showOpen = (root) => {
  const { offer, chosen } = session();
  if (!offer) {
    go("recovery");
    return;
  }
  put(root, "which", which({ ...offer, ...chosen }));
  typedForm(root, "recovery-key", "recoveryKey", () => _("Type the recovery key."));
  typedForm(root, "passphrase", "passphrase", () => _("Type the passphrase."));
  passkeyForm(root);
};
