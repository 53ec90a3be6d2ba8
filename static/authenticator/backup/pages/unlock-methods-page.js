// The unlock methods of the backup: each with when it last did, tried, added, removed.
import { asFailure } from "../../core/refusal.js";
import { buttonPart, elementOf, onSubmit, part, put } from "../../core/page/dom.js";
import { go } from "../../core/page/router.js";
import { say } from "../../core/page/toast.js";
import { newPassphrase } from "../../lock/confirm-secret.js";
import { current, subscribe } from "../../accounts/vault.js";
import { _, moment } from "../../core/i18n.js";
import { ownDevice } from "../portal/device.js";
import { saveNow } from "../sync/sync.js";
import { refusePassword } from "../portal/own-password.js";
import { canHavePasskeys, newPasskey, prfOf } from "../../lock/passkey.js";
import { backupOf, isOn } from "../sync/state.js";
import { addSlot, bringBack, removeSlot, tryHere, unlockMethods } from "../sync/setup.js";

/** @type {Record<string, () => string>} */
const NAMES = {
  "recovery-key": () => _("Backup key"),
  passphrase: () => _("Passphrase"),
  passkey: () => _("Passkey"),
};

/**
 * When this slot last opened the backup, here or elsewhere, in milliseconds; 0 if it never did.
 * @param {Slot} given
 */
export const openedAt = ({ id, opened, verified }) =>
  Math.max(
    backupOf(current()).proven?.[id] ?? 0,
    ...[opened, verified].map((time) => Date.parse(time ?? "") || 0),
  );

/** @param {Slot} slot */
const words = (slot) => {
  const at = openedAt(slot);
  return at
    ? _("Last opened the backup %(date)s", { date: moment(at) })
    : _("Has not opened the backup yet");
};

/** @type {Record<string, (slot: Slot) => Promise<void>>} */
const tryIt = {
  "recovery-key": async () => go("check"),
  passkey: async (slot) => {
    await tryHere(slot, { prf: await prfOf(slot) });
    say(_("The passkey opens the backup."));
  },
};

/** @param {Slot} slot @param {Slot[]} slots */
const isLast = (slot, slots) => {
  const others = slots.filter(({ id }) => id !== slot.id);
  /** @param {{ kind: string }} given */
  const isSame = ({ kind }) => kind === slot.kind;
  return slot.kind === "recovery-key" ? !others.some(isSame) : !others.some((each) => openedAt(each));
};

/** @param {HTMLButtonElement} button @param {() => unknown} act */
const press = (button, act) =>
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      say(asFailure(error).message);
    } finally {
      button.disabled = false;
    }
  });

/** @param {HTMLElement} element @param {Slot} slot */
const askPassphrase = (element, slot) => {
  const form = part(element, "form");
  const isAsked = !form.hidden;
  form.hidden = false;
  form.elements.secret.focus();
  if (isAsked) return; // it listens already
  onSubmit(form, async ({ secret }) => {
    await tryHere(slot, { passphrase: secret.value });
    say(_("The passphrase opens the backup."));
  });
};

/**
 * A way that was removed: it opens nothing, until it is brought back.
 * @param {HTMLElement} root
 */
const removedRow = (root) => (/** @type {Slot} */ { id, kind, until }) => {
  const element = elementOf("removed-way");
  const name = NAMES[kind]?.() ?? kind;
  put(element, "name", name);
  put(element, "back-name", name);
  put(element, "until", _("Kept until %(date)s", { date: moment(Date.parse(until ?? "")) }));
  press(buttonPart(element, "back"), async () => {
    await bringBack(id);
    await showRemoved(root);
    say(_("%(name)s opens the backup again.", { name }));
  });
  return element;
};

/** @param {HTMLElement} root */
const showRemoved = async (root) => {
  const { removed } = await unlockMethods();
  part(root, "removed").replaceChildren(...removed.map(removedRow(root)));
  part(root, "removed-part").hidden = removed.length === 0;
};

/** @param {HTMLElement} root @param {Slot} slot @param {Slot[]} slots */
const row = (root, slot, slots) => {
  const element = elementOf("way");
  const name = NAMES[slot.kind]?.() ?? slot.kind;
  put(element, "name", name);
  put(element, "opened", words(slot));
  for (const each of ["try-name", "remove-name"]) put(element, each, name);
  part(element, "secret").id = `try-${slot.id}`;
  part(element, "secret-label").htmlFor = `try-${slot.id}`;
  part(element, "remove").hidden = isLast(slot, slots);
  press(buttonPart(element, "remove"), async () => {
    await removeSlot(slot.id);
    const gone = _("%(name)s no longer opens the backup.", { name });
    say(`${gone} ${_("You can bring it back for 30 days.")}`);
    await showRemoved(root);
  });
  const act = tryIt[slot.kind] ?? (() => askPassphrase(element, slot));
  press(part(element, "try"), async () => act(slot));
  return element;
};

/** @param {HTMLFormElement} form */
const addPassphrase = async (form) => {
  const passphrase = newPassphrase(form.elements);
  await refusePassword(passphrase);
  await addSlot("passphrase", { passphrase });
  form.reset();
  say(_("The passphrase opened the backup as the portal returned it, and is added."));
};

const addPasskey = async () => {
  const { account } = await ownDevice();
  await addSlot("passkey", await newPasskey(_("Backup of %(account)s", { account })));
  say(_("The passkey opened the backup as the portal returned it, and is added."));
};

/** @param {HTMLElement} root */
const listen = (root) => {
  const form = part(root, "passphrase");
  onSubmit(form, () => addPassphrase(form));
  const passkey = part(root, "passkey");
  part(root, "passkey-button").hidden = !canHavePasskeys();
  part(root, "no-passkeys").hidden = canHavePasskeys();
  onSubmit(passkey, addPasskey);
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showUnlockMethods = (root) => {
  /** @param {VaultDocument} doc */
  const fill = (doc) => {
    const { slots = [] } = backupOf(doc);
    part(root, "rows").replaceChildren(...slots.map((slot) => row(root, slot, slots)));
    part(root, "body").hidden = !isOn(doc);
    part(root, "off").hidden = isOn(doc);
  };
  fill(current());
  listen(root);
  if (isOn(current())) showRemoved(root).catch(() => {}); // it only adds to what is there
  saveNow();
  return subscribe(fill);
};
