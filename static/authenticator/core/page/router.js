// One page at a time, named by what follows "#" in the address, so that "back" works.
import { copyOf, notice } from "./dom.js";
import { PATIENCE, within } from "../patience.js";
import { hush } from "./toast.js";
import { _ } from "../i18n.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const site = document.title;
/** @type {Map<string, Show>} */
const pages = new Map();
// What versions before called a page: an address that somebody kept still leads there.
const formerNames = new Map([
  ["ways", "unlock-methods"],
  ["recovery-key", "backup-key"],
]);
/** @type {End | null} */
let leave = null;

/**
 * Name a page: `show(root, argument)` fills the template "page-<name>" and may return a clean-up.
 * @param {string} name
 * @param {Show} show
 */
export const page = (name, show) => pages.set(name, show);

const entitle = () => {
  const heading = main.querySelector("h1");
  document.title = heading ? `${heading.textContent} · ${site}` : site;
};

/** @param {HTMLElement} root */
const sayMissing = (root) => {
  root.inert = false;
  const words = _("This page is not kept on the phone yet. Open it once with the network.");
  root.append(notice("look", words));
};

/**
 * The same in the place where the backup would say how it stands.
 * @param {HTMLElement} root
 */
export const sayNoBackup = (root) => {
  root.inert = false;
  const words = _("The part of the app that keeps the backup is missing. Load the app again.");
  root.append(notice("look", words));
};

/** @param {HTMLElement} root */
const sayFailed = (root) => {
  root.inert = false;
  root.append(notice("look", _("This page could not be opened. Load the app again.")));
};

/**
 * A page, or a part of one, whose module is fetched when it is first shown; nothing can be pressed
 * before it is there. `lost(root)` says that it cannot be fetched.
 * @param {() => Promise<Show>} load
 */
export const lazy = (load, lost = sayMissing) => /** @type {LazyShow} */ (root, argument = "") => {
  /** @type {unknown} */
  let end = null;
  let isOver = false;
  /** @param {Show} show */
  const begin = (show) => {
    if (isOver) return;
    root.inert = false;
    end = show(root, argument);
    if (!isOver) entitle();
  };
  root.inert = true;
  const missing = () => isOver || lost(root);
  within(PATIENCE.script, "the page", load())
    .then(begin, missing)
    .catch((error) => {
      if (!isOver) sayFailed(root);
      throw error;
    });
  return () => {
    isOver = true;
    if (typeof end === "function") end();
  };
};

const MOMENT = 300; // milliseconds

/**
 * Have a page wait for the line about the backup, which would push the rest down: until the event
 * "drawn", and no longer than a moment.
 * @param {HTMLElement} root
 */
export const hold = (root) => {
  const release = () => root.classList.remove("waits");
  root.classList.add("waits");
  root.addEventListener("drawn", release, { once: true });
  setTimeout(release, MOMENT);
};

/** Where the person is: name of the page and its argument. */
const place = () => {
  const [written, ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  const name = formerNames.get(written) ?? written;
  return pages.has(name) ? { name, argument: rest.join("/") } : { name: "codes", argument: "" };
};

/**
 * Show a template in place of the page; `fill(root)` may return a clean-up.
 * @param {string} template
 * @param {(root: HTMLElement) => unknown} [fill]
 */
export const present = (template, fill = () => {}) => {
  leave?.();
  leave = null;
  const root = document.createElement("div");
  root.className = "stack";
  root.append(copyOf(template));
  main.replaceChildren(root);
  leave = /** @type {End | null} */ (fill(root) ?? null);
  entitle();
};

/** Tell whether a page is shown: until then there are the words the shell brings along. */
export const isShown = () => main.querySelector("h1") !== null;

let isFirst = true;
let isSent = false; // by the app itself, which has just said why

/** Show the page the address names. */
const render = () => {
  const { name, argument } = place();
  if (name !== "codes" && !isSent) hush();
  isSent = false;
  present(`page-${name}`, (root) => pages.get(name)?.(root, argument));
  if (!isFirst && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
  if (!isFirst) window.scrollTo(0, 0);
  isFirst = false;
};

/** Go to a page. */
export const go = (/** @type {string} */ target) => {
  isSent = true;
  if (location.hash === `#${target}`) render();
  else location.hash = target;
};

/** Begin: from now on the address decides. */
export const start = () => {
  window.addEventListener("hashchange", render);
  render();
};

/** The sentence for a page about an account that is not there. */
export const MISSING = () => _("This account is no longer here.");
