// Putting the app on the home screen, where the browser offers it.
import { part } from "../core/page/dom.js";
import { _ } from "../core/i18n.js";

/** @type {InstallPrompt | null} */
let offer = null;
const waiting = new Set();

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
  for (const tell of waiting) tell();
});
window.addEventListener("appinstalled", () => {
  offer = null;
  for (const tell of waiting) tell();
});

/** Tell whether the app runs from the home screen. */
export const isInstalled = () =>
  matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

/** Tell whether this is an iPhone or iPad, where the app has storage of its own. */
export const isApple = () => "standalone" in navigator;

const words = () => {
  if (isInstalled()) return _("The app is installed on this phone.");
  if (offer) return _("Install it, and it opens from the home screen, without the network too.");
  if (isApple()) return _("In Safari: press Share, then “Add to Home Screen”.");
  return _("Your browser's menu has “Install app” or “Add to home screen”.");
};

/**
 * Fill the part of a page that tells of installing; gives the clean-up.
 * @param {HTMLElement} root
 */
export const showInstall = (root) => {
  const button = part(root, "install");
  const tell = () => {
    part(root, "install-words").textContent = words();
    button.hidden = !offer || isInstalled();
  };
  button.addEventListener("click", async () => {
    await offer?.prompt();
    offer = null;
    tell();
  });
  waiting.add(tell);
  tell();
  return () => waiting.delete(tell);
};
