// When what is on the phone cannot be shown: what happened, what it means, what to do.
import { choose, clock } from "../otp/clock.js";
import { make, notice, part, put } from "../core/page/dom.js";
import { present } from "../core/page/router.js";
import { beginAnew } from "../accounts/vault.js";
import { _, moment, span } from "../core/i18n.js";

/** @type {Record<string, () => { heading: string, words: string[], canBegin: boolean }>} */
const pages = {
  keyless: () => ({
    heading: _("The key to your accounts is gone"),
    words: [
      _(
        "Your accounts are still on this phone, sealed, but the browser no longer has the key that " +
          "opens them. A part of this site's data was removed.",
      ),
      _("If you have a backup, begin recovery: your accounts come back from it."),
    ],
    canBegin: true,
  }),
  damaged: () => ({
    heading: _("Your accounts cannot be read"),
    words: [
      _("Both copies on this phone are damaged. Nothing was deleted."),
      _("If you have a backup, begin recovery: your accounts come back from it."),
    ],
    canBegin: true,
  }),
  unusable: () => ({
    heading: _("This browser keeps nothing"),
    words: [
      _(
        "Accounts would be lost as soon as the page is closed: this may be a private window, or the " +
          "browser is set to block the data of this site.",
      ),
      _("Open this page in an ordinary window, allow its data, or use another browser."),
    ],
    canBegin: false,
  }),
  stuck: () => ({
    heading: _("The phone's storage does not answer"),
    words: [
      _("Your accounts are still on this phone; the browser doesn't hand them out at the moment."),
      _("Close other tabs of this app, then try again. If that doesn't help, close the browser and open it again."),
    ],
    canBegin: false,
  }),
  failed: () => ({
    heading: _("The app could not start"),
    words: [
      _("A part of it is missing or has a fault. Nothing was changed on this phone."),
      _("Try again, with the network if you can."),
    ],
    canBegin: false,
  }),
};

/**
 * @param {HTMLButtonElement} button
 * @param {() => unknown} after
 * @param {{ toRecover?: boolean }} [how]
 */
const leave = async (button, after, how) => {
  button.disabled = true;
  try {
    await beginAnew(how);
    after();
  } catch {
    location.reload();
  }
};

/**
 * Show why there is no list; `after` is called once the person began anew.
 * @param {string} kind
 * @param {() => unknown} after
 */
export const showTrouble = (kind, after) => {
  const { heading, words, canBegin } = pages[kind]();
  present("page-trouble", (root) => {
    put(root, "heading", heading);
    part(root, "words").append(notice("loss", ...words));
    part(root, "begin-part").hidden = !canBegin;
    part(root, "recover").hidden = !canBegin;
    part(root, "again").classList.toggle("primary", !canBegin);
    part(root, "again").addEventListener("click", () => location.reload());
    const begin = part(root, "begin");
    begin.addEventListener("click", () => leave(begin, after));
    const recover = part(root, "recover");
    recover.addEventListener("click", () => {
      history.replaceState(null, "", "#recovery");
      leave(recover, after, { toRecover: true });
    });
  });
};

/** The sentence about the clock of this phone; empty if it agrees with the portal's. */
export const clockWords = () => {
  const { offset, at, choice, isTold } = clock();
  if (!offset) return "";
  const time = span(Math.abs(offset));
  if (choice === "phone") {
    return offset > 0
      ? _("This phone's clock is %(time)s behind the portal's. The codes use the phone's.", { time })
      : _("This phone's clock is %(time)s ahead of the portal's. The codes use the phone's.", { time });
  }
  if (!isTold) {
    const date = moment(at);
    return offset > 0
      ? _("This phone's clock was %(time)s slow on %(date)s. The codes use the portal's time.", { time, date })
      : _("This phone's clock was %(time)s fast on %(date)s. The codes use the portal's time.", { time, date });
  }
  return offset > 0
    ? _("This phone's clock is %(time)s slow. The codes use the portal's time.", { time })
    : _("This phone's clock is %(time)s fast. The codes use the portal's time.", { time });
};

/**
 * What is said about the clock above the list, with the choice between the two; `after` a choice.
 * @param {() => unknown} after
 */
export const clockNotice = (after) => {
  const words = clockWords();
  if (!words) return null;
  const isPhone = clock().choice === "phone";
  const doubt = isPhone
    ? _("Are codes refused? Then the portal's time may be the right one.")
    : _("Does this phone show the right time? Then it's the portal's clock that is wrong.");
  const line = notice("look", words, doubt);
  const name = isPhone ? _("Use the portal's time") : _("Use this phone's clock");
  const button = make("button", { type: "button", class: "button" }, name);
  button.addEventListener("click", () => {
    choose(isPhone ? "" : "phone");
    after();
  });
  line.lastElementChild?.append(button);
  return line;
};

/**
 * What has to be said above the list after a start like this; empty if all is well.
 * @param {Found} given
 */
export const ribbonWords = ({ kind, at }) => {
  if (kind === "unsaved") {
    return _("Your last change was not saved: the app was closed before it was. Make it again.");
  }
  if (kind === "older") {
    return _(
      "The newest copy on this phone is damaged. The one before it is shown, saved %(date)s. " +
        "A change made after that may be missing.",
      { date: moment(at ?? 0) },
    );
  }
  if (kind === "newer") {
    return _("A newer version of this app saved these accounts. Update the app to change them.");
  }
  return "";
};
