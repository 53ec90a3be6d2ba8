// The page that sets, changes and removes the lock; the present one is asked for first.
import { canHavePasskeys } from "../lock/passkey.js";
import { isOn } from "../backup/sync/state.js";
import { formPart, notice, onSubmit, part, put } from "../core/page/dom.js";
import { keyByPasskey, makePasskeyLock, openByPasskey, withPassphrase } from "../lock/passkey-lock.js";
import { makeLock, openLock } from "../lock/passphrase.js";
import { enterPin, makePin } from "../lock/pin.js";
import { go, present } from "../core/page/router.js";
import { importKey, newKey } from "../core/storage/encryption.js";
import { say } from "../core/page/toast.js";
import { newPassphrase, twice } from "../lock/confirm-secret.js";
import { current, lockRow, rekey, setScreenLock } from "../accounts/vault.js";
import { _ } from "../core/i18n.js";

/** @param {HTMLFormControlsCollection} elements */
const setPassphrase = async (elements) => {
  const passphrase = newPassphrase(elements);
  const { key, lock } = await makeLock(passphrase);
  await openLock(passphrase, lock);
  await rekey(key, lock);
  say(_("From now on the passphrase opens your accounts."));
};

/** @param {HTMLFormControlsCollection} elements */
const setPin = async (elements) => {
  await setScreenLock(await makePin(twice(elements)));
  say(_("From now on the app asks for the PIN."));
};

/** @param {string} passphrase */
const sealWithPasskey = async (passphrase) => {
  const { key, lock } = await makePasskeyLock(passphrase);
  await rekey(key, lock);
  say(
    passphrase
      ? _("The passkey opened your accounts once: from now on it does, and so does the passphrase.")
      : _("The passkey opened your accounts once: from now on it does."),
  );
};

/** @param {HTMLFormControlsCollection} elements */
const setPasskey = (elements) => {
  const isTyped = elements.secret.value || elements.again.value;
  return sealWithPasskey(isTyped ? newPassphrase(elements) : "");
};

/** @param {PassphraseLock} lock */
const addPasskey = (lock) => async (/** @type {HTMLFormControlsCollection} */ { secret }) => {
  await openLock(secret.value, lock);
  await sealWithPasskey(secret.value);
};

/** @param {PasskeyLock} lock */
const addPassphrase = (lock) => async (/** @type {HTMLFormControlsCollection} */ elements) => {
  const passphrase = newPassphrase(elements);
  const bytes = await openByPasskey(lock);
  await rekey(await importKey(bytes), await withPassphrase(lock, passphrase, bytes));
  bytes.fill(0);
  say(_("The passphrase opens your accounts as well."));
};

const unseal = async () => {
  await rekey(await newKey(), null);
  say(_("The lock is off."));
};

/** @param {PinLock | PassphraseLock} lock */
const removeTyped = (lock) => async (/** @type {HTMLFormControlsCollection} */ { secret }) => {
  if (lock.kind !== "pin") {
    await openLock(secret.value, lock);
    await unseal();
    return;
  }
  await enterPin(secret.value, lock);
  await setScreenLock(null);
  say(_("The lock is off."));
};

/** @param {PasskeyLock} lock */
const removePasskey = (lock) => async () => {
  await keyByPasskey(lock);
  await unseal();
};

/**
 * Where keys cannot be kept, a passphrase is chosen before anything is.
 * @param {() => void} done
 */
export const askForPassphrase = (done) =>
  present("page-bare", (root) => {
    onSubmit(part(root, "form"), async (elements) => {
      await setPassphrase(elements);
      done();
    });
  });

/** @param {AppLock} lock */
const kindWords = (lock) => {
  if (lock.kind === "pin") return _("The app asks for a PIN.");
  if (lock.kind === "passphrase") return _("A passphrase seals your accounts.");
  return lock.passphrase
    ? _("A passkey seals your accounts, and a passphrase opens them as well.")
    : _("A passkey seals your accounts.");
};

/**
 * @param {HTMLElement} root
 * @param {string} name
 * @param {(fields: HTMLFormControlsCollection) => unknown} act
 */
const offer = (root, name, act) => {
  const form = formPart(root, name);
  form.hidden = false;
  onSubmit(form, async (elements) => {
    await act(elements);
    go("settings");
  });
};

/** @param {HTMLElement} root @param {AppLock} lock */
const showPresent = (root, lock) => {
  put(root, "kind", kindWords(lock));
  part(root, "now").addEventListener("click", () => location.reload());
  const typed = lock.kind === "passkey" ? lock.passphrase : lock;
  if (lock.kind === "passkey") offer(root, "remove-passkey", removePasskey(lock));
  if (lock.kind === "passkey" && !typed) offer(root, "add-passphrase", addPassphrase(lock));
  if (lock.kind === "passphrase" && canHavePasskeys()) offer(root, "add-passkey", addPasskey(lock));
  if (!typed) return;
  put(root, "present-label", typed.kind === "pin" ? _("Present PIN") : _("Present passphrase"));
  offer(root, "remove", removeTyped(typed));
};

/** @param {HTMLElement} root */
const showChoice = (root) => {
  offer(root, "pin", setPin);
  offer(root, "passphrase", setPassphrase);
  offer(root, "passkey", setPasskey);
  part(root, "passkey-part").hidden = !canHavePasskeys();
  part(root, "no-passkeys").hidden = canHavePasskeys();
  part(root, "no-backup").hidden = isOn(current());
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showLock = (root) => {
  lockRow().then((lock) => {
    part(root, "off").hidden = Boolean(lock);
    part(root, "on").hidden = !lock;
    if (lock) showPresent(root, lock);
    else showChoice(root);
  }, (error) => root.append(notice("loss", error.message)));
};
