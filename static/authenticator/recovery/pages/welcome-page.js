// The first page of an empty app, and of one whose storage was emptied.
import { linkedDevice } from "../../backup/portal/device.js";
import { part, put } from "../../core/page/dom.js";
import { isApple, isInstalled } from "../../pages/install.js";
import { known } from "../../core/storage/marker.js";
import { go } from "../../core/page/router.js";
import { read, write } from "../../core/storage/indexed-db.js";
import { current } from "../../accounts/vault.js";
import { n_ } from "../../core/i18n.js";

/** @type {[string, string]} */
const ALONE = ["meta", "alone"];

const isEmpty = () => current().entries.every((entry) => entry.gone);

/**
 * The page to begin with, or "": an empty phone is welcomed, unless it is linked or somebody said
 * that it does without a backup; one that had accounts is told so, and never welcomed.
 * @param {Found} given
 */
export const firstPage = async ({ kind }) => {
  if (!isEmpty()) return "";
  if (kind === "emptied") return "emptied";
  const [alone] = await read(ALONE);
  return alone || (await linkedDevice()) ? "" : "welcome";
};

/**
 * On an iPhone the app has storage of its own: nothing should begin in the browser.
 * @param {HTMLElement} root
 */
const hint = (root) => {
  part(root, "install-first").hidden = isInstalled() || !isApple();
};

/**
 * Show the page of an empty app.
 * @param {HTMLElement} root
 */
export const showWelcome = (root) => {
  hint(root);
  part(root, "alone").addEventListener("click", (event) => {
    event.preventDefault();
    const said = { at: Date.now() };
    write({ put: [[...ALONE, said]] }).catch(() => {}).then(() => go("codes"));
  });
};

/**
 * Show the page of a phone that had accounts.
 * @param {HTMLElement} root
 */
export const showEmptied = (root) => {
  hint(root);
  const { count } = known() ?? { count: 0 };
  put(
    root,
    "heading",
    n_("This phone had %(count)s account", "This phone had %(count)s accounts", count),
  );
};
