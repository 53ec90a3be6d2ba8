// The locked app: the page that asks for PIN, passphrase or passkey, and locking when out of sight.
import { canHavePasskeys } from "./passkey.js";
import { find, onSubmit, part, put } from "../core/page/dom.js";
import { openLock } from "./passphrase.js";
import { clearTries, endOfForgotten, enterPin, forget, isForgotten } from "./pin.js";
import { present } from "../core/page/router.js";
import { beginAnew, lockRow, openWith, seals, setScreenLock } from "../accounts/vault.js";
import { _, moment } from "../core/i18n.js";

const AFTER = 60_000; // milliseconds out of sight

/** @param {HTMLElement} root @param {() => void} done */
const offerForgotten = async (root, done) => {
  /** @param {string} words */
  const say = (words) => {
    part(root, "forgotten-words").hidden = false;
    put(root, "forgotten-words", words);
  };
  /** @param {number} end */
  const tell = (end) => {
    say(_("The PIN will be gone on %(date)s.", { date: moment(end) }));
    part(root, "forgotten").hidden = true;
  };
  const end = await endOfForgotten();
  part(root, "forgotten-part").hidden = false;
  if (end) tell(end);
  part(root, "forgotten").addEventListener("click", () =>
    forget().then(tell, ({ message }) => say(message)),
  );
  if (!(await isForgotten())) return;
  await setScreenLock(null);
  await clearTries();
  done();
};

/**
 * What a lock seals nobody can open without it: the way on is a backup.
 * @param {HTMLElement} root
 * @param {(found?: any) => void} done
 */
const offerRecovery = (root, done) => {
  part(root, "lost-part").hidden = false;
  onSubmit(part(root, "lost"), async () => {
    await beginAnew({ toRecover: true });
    history.replaceState(null, "", "#recovery");
    done({ kind: "new" });
  });
};

/**
 * @param {HTMLElement} root
 * @param {PasskeyLock} lock
 * @param {(found?: any) => void} done
 */
const askForPasskey = (root, lock, done) => {
  const form = part(root, "passkey");
  form.hidden = false;
  part(root, "passkey-button").hidden = !canHavePasskeys();
  part(root, "no-passkeys").hidden = canHavePasskeys();
  const loading = import("./passkey-lock.js");
  loading.catch(() => {});
  onSubmit(form, async () => {
    const { keyByPasskey } = await loading;
    done(await openWith(await keyByPasskey(lock)));
  });
  find(form, "button").focus();
};

/**
 * @param {HTMLElement} root
 * @param {PinLock | PassphraseLock} lock
 * @param {(found?: any) => void} done
 */
const askForText = (root, lock, done) => {
  const isPin = lock.kind === "pin";
  put(root, "label", isPin ? _("PIN") : _("Passphrase"));
  const form = part(root, "form");
  form.hidden = false;
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
};

/**
 * Ask for what opens the lock; `done(found)` is called once it was right.
 * @param {AppLock} lock
 * @param {(found?: any) => void} done
 */
export const askToUnlock = (lock, done) =>
  present("page-locked", (root) => {
    const typed = lock.kind === "passkey" ? lock.passphrase : lock;
    if (typed) askForText(root, typed, done);
    if (lock.kind === "passkey") askForPasskey(root, lock, done);
    if (seals(lock)) offerRecovery(root, done);
  });

const veil = () => document.body.classList.toggle("veiled", document.hidden);

/**
 * Blur the app while it is out of sight, and lock it when that was for a minute; starting again drops
 * what was in memory, and until then it stays blurred.
 */
export const lockWhenHidden = () => {
  let since = 0;
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) since = Date.now();
    const isLate = !document.hidden && since && Date.now() - since >= AFTER;
    const isLocked = isLate && (await lockRow().catch(() => true));
    if (isLocked) location.reload();
    else veil();
  });
};
