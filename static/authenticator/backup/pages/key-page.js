// The page that makes a new backup key, and the one that asks whether the present one still opens.
import { onSubmit, part, put } from "../../core/page/dom.js";
import { go } from "../../core/page/router.js";
import { say } from "../../core/page/toast.js";
import { current } from "../../accounts/vault.js";
import { _, moment } from "../../core/i18n.js";
import { showKey } from "./key-steps.js";
import { keyProven } from "../sync/reminders.js";
import { isOn } from "../sync/state.js";
import { backupKeySlots, replaceBackupKey, tryHere } from "../sync/setup.js";

/**
 * Show the page with a new backup key.
 * @param {HTMLElement} root
 */
export const showNewKey = (root) => {
  if (!isOn(current())) {
    go("backup");
    return;
  }
  showKey(root, async (key) => {
    const until = await replaceBackupKey(key);
    say(
      until
        ? _("The new backup key opened the backup. You can remove the one before it from %(date)s.", {
            date: moment(until),
          })
        : _("The new backup key opened the backup. The one before it no longer does."),
    );
    go("unlock-methods");
  });
};

/**
 * Open the key of the backup with what was typed, by any of the backup keys that are there.
 * @param {string} backupKey
 */
const tryKey = async (backupKey) => {
  const [first, ...others] = backupKeySlots(current());
  for (const slot of others) {
    const isIt = await tryHere(slot, { backupKey }).then(() => true, () => false);
    if (isIt) return;
  }
  await tryHere(first, { backupKey });
};

/**
 * Show the page that asks for the backup key; nothing is asked of the portal.
 * @param {HTMLElement} root
 */
export const showCheck = (root) => {
  if (!backupKeySlots(current()).length) {
    go("backup");
    return;
  }
  const at = keyProven(current());
  put(root, "last", at ? _("It last opened the backup %(date)s.", { date: moment(at) }) : "");
  const form = part(root, "form");
  onSubmit(form, async ({ secret }) => {
    await tryKey(secret.value);
    form.hidden = true;
    part(root, "right").hidden = false;
    part(root, "right-heading").focus();
  });
};
