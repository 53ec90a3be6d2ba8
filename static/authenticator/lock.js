// Locking the app: the page that asks, and the page that sets the lock.
import { onSubmit, part, put } from "./dom.js";
import { makeLock, openLock } from "./passphrase.js";
import { clearTries, endOfForgotten, enterPin, forget, makePin } from "./pin.js";
import { go, present } from "./router.js";
import { newKey } from "./seal.js";
import { say } from "./toast.js";
import { newPassphrase, twice } from "./twice.js";
import { lockRow, openWith, rekey, setScreenLock } from "./vault.js";
import { _, moment } from "./words.js";

const AFTER = 60_000; // milliseconds out of sight

const offerForgotten = async (root, done) => {
  const tell = (end) => {
    part(root, "forgotten-words").hidden = false;
    put(root, "forgotten-words", _("The PIN will be gone on %(date)s.", { date: moment(end) }));
    part(root, "forgotten").hidden = true;
  };
  const end = await endOfForgotten();
  if (end && end <= Date.now()) {
    await setScreenLock(null);
    await clearTries();
    done();
    return;
  }
  part(root, "forgotten-part").hidden = false;
  if (end) tell(end);
  part(root, "forgotten").addEventListener("click", async () => tell(await forget()));
};

/** Ask for PIN or passphrase; `done(found)` is called once it was right. */
export const askToUnlock = (lock, done) =>
  present("page-locked", (root) => {
    const isPin = lock.kind === "pin";
    put(root, "label", isPin ? _("PIN") : _("Passphrase"));
    const form = part(root, "form");
    if (isPin) form.elements.secret.inputMode = "numeric";
    onSubmit(form, async ({ secret }) => {
      if (isPin) {
        await enterPin(secret.value, lock);
        done(null);
      } else {
        done(await openWith(await openLock(secret.value, lock)));
      }
    });
    if (isPin) offerForgotten(root, () => done(null));
    form.elements.secret.focus();
  });

/** Lock when the app was out of sight for a minute; starting again drops what was in memory. */
export const lockWhenHidden = () => {
  let since = 0;
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) {
      since = Date.now();
      return;
    }
    if (since && Date.now() - since >= AFTER && (await lockRow())) location.reload();
  });
};

const setPassphrase = async (elements) => {
  const passphrase = newPassphrase(elements);
  const { key, lock } = await makeLock(passphrase);
  await openLock(passphrase, lock);
  await rekey(key, lock);
  say(_("From now on the passphrase opens your accounts."));
};

const setPin = async (elements) => {
  await setScreenLock(await makePin(twice(elements)));
  say(_("From now on the app asks for the PIN."));
};

const removeLock = async (lock, { secret }) => {
  if (lock.kind === "pin") {
    await enterPin(secret.value, lock);
    await setScreenLock(null);
  } else {
    await openLock(secret.value, lock);
    await rekey(await newKey(), null);
  }
  say(_("The lock is off."));
};

/** Where keys cannot be kept, a passphrase is chosen before anything is. */
export const askForPassphrase = (done) =>
  present("page-bare", (root) => {
    onSubmit(part(root, "form"), async (elements) => {
      await setPassphrase(elements);
      done();
    });
  });

/** Show the page that sets or removes the lock. */
export const showLock = (root) => {
  lockRow().then((lock) => {
    part(root, "off").hidden = Boolean(lock);
    part(root, "on").hidden = !lock;
    if (!lock) return;
    const isPin = lock.kind === "pin";
    put(root, "kind", isPin ? _("The app asks for a PIN.") : _("A passphrase seals your accounts."));
    put(root, "present-label", isPin ? _("Present PIN") : _("Present passphrase"));
    onSubmit(part(root, "remove"), async (elements) => {
      await removeLock(lock, elements);
      go("settings");
    });
  });
  const leave = (act) => async (elements) => {
    await act(elements);
    go("settings");
  };
  onSubmit(part(root, "pin"), leave(setPin));
  onSubmit(part(root, "passphrase"), leave(setPassphrase));
  part(root, "now").addEventListener("click", () => location.reload());
};
