// Settings, and what the app knows of itself.
import { asFailure } from "../core/refusal.js";
import { part, put } from "../core/page/dom.js";
import { living } from "../accounts/entries.js";
import { showInstall } from "./install.js";
import { offered, PATIENCE, within } from "../core/patience.js";
import { hold, lazy, sayNoBackup } from "../core/page/router.js";
import { speak, version } from "../core/page/service-worker-client.js";
import { say } from "../core/page/toast.js";
import { clockWords } from "./error-pages.js";
import { bringBack, change, current, hasAside, lockRow } from "../accounts/vault.js";
import { _, n_ } from "../core/i18n.js";

/** @param {HTMLElement} root */
const showStorage = async (root) => {
  const storage = offered("storage");
  const asked = Promise.resolve(storage?.persisted?.() ?? false);
  const isKept = await within(PATIENCE.storage, "the storage", asked).catch(() => false);
  const button = part(root, "persist");
  put(
    root,
    "storage",
    isKept
      ? _("The browser keeps them until you remove them.")
      : _("The browser may remove them when the phone runs out of room, or after weeks unused."),
  );
  button.hidden = isKept || !storage?.persist;
};

/** @param {HTMLElement} root */
const askToKeep = async (root) => {
  const agreed = await navigator.storage.persist();
  if (!agreed) say(_("The browser does not promise it yet. Installing the app usually helps."));
  await showStorage(root);
};

/** @param {HTMLButtonElement} button */
const changeLanguage = async (button) => {
  button.disabled = true;
  try {
    await speak(button.lang);
  } catch {
    button.disabled = false;
    say(_("Another language is fetched over the network, which cannot be reached now."));
  }
};

/** @param {HTMLInputElement} field */
const hide = async (field) => {
  try {
    await change((doc) => {
      Object.assign(doc.settings, { hidden: field.checked, changed: Date.now() });
    });
    say(_("Saved."));
  } catch (error) {
    field.checked = !field.checked;
    say(asFailure(error).message);
  }
};

/** @param {AppLock | null} lock */
const lockWords = (lock) => {
  if (!lock) return _("Off: anyone who holds this phone unlocked sees your codes.");
  if (lock.kind === "pin") return _("On, by a PIN.");
  if (lock.kind === "passphrase") return _("On, by a passphrase.");
  return lock.passphrase ? _("On, by a passkey or a passphrase.") : _("On, by a passkey.");
};

/** @param {string} hash */
const inFours = (hash) => (hash.match(/.{4}/g) ?? []).join(" ");

/** @param {HTMLElement} root */
const showVersion = async (root) => {
  const found = await version();
  put(root, "version", found ? inFours(found.version) : _("not kept for offline use yet"));
  part(root, "release-part").hidden = !found;
  if (found) put(root, "release", inFours(found.release));
};

/** @param {HTMLElement} root */
const offerAside = async (root) => {
  if (!(await hasAside())) return;
  for (const name of ["aside", "bring-back"]) part(root, name).hidden = false;
  part(root, "bring-back").addEventListener("click", async () => {
    try {
      await bringBack();
      location.reload();
    } catch {
      say(_("There are accounts in the list by now. Nothing has changed."));
    }
  });
};

const showBackup = lazy(async () => (await import("../backup/pages/settings-card.js")).showBackupCard, sayNoBackup);

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showSettings = (root) => {
  const doc = current();
  const field = part(root, "hidden");
  field.checked = Boolean(doc.settings.hidden);
  field.addEventListener("change", () => hide(field));
  const count = living(doc).length;
  put(
    root,
    "count",
    n_("%(count)s account is on this phone.", "%(count)s accounts are on this phone.", count),
  );
  part(root, "restored").hidden = !doc.backup?.before;
  put(root, "clock", clockWords() || _("The clock of this phone is right, as far as known."));
  part(root, "persist").addEventListener("click", () => askToKeep(root));
  showStorage(root);
  for (const each of root.querySelectorAll("[data-language]")) {
    const button = /** @type {HTMLButtonElement} */ (each);
    button.addEventListener("click", () => changeLanguage(button));
  }
  /** @param {Failure} error */
  const unread = (error) => put(root, "lock", error.message);
  lockRow().then((lock) => put(root, "lock", lockWords(lock)), unread);
  offerAside(root).catch(() => {}); // the line above says it
  showVersion(root);
  hold(root);
  const leave = [showInstall(root), showBackup(part(root, "backup-card"))];
  return () => leave.forEach((end) => end());
};
