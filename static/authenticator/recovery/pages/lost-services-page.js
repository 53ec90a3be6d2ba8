// A list to regain each service, ticked off one by one. It lies with the accounts.
import { icon, make, part } from "../../core/page/dom.js";
import { say } from "../../core/page/toast.js";
import { change, current, subscribe } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";

/** @param {VaultDocument} doc */
const itemsOf = (doc) => doc.settings.regain ?? [];

/**
 * Put names on the list that are not on it.
 * @param {string[]} names
 */
export const putOnList = (names) =>
  change((doc) => {
    const held = new Set(itemsOf(doc).map(({ name }) => name));
    const more = [...new Set(names)].filter((name) => name && !held.has(name));
    if (more.length === 0) return;
    doc.settings.regain = [...itemsOf(doc), ...more.map((name) => ({ name, done: false }))];
  });

/** @param {(items: Regain[]) => Regain[]} act */
const edit = (act) =>
  change((doc) => {
    doc.settings.regain = act(itemsOf(doc));
  }).catch((error) => say(error.message));

/** @param {string} name @param {boolean} done */
const tick = (name, done) =>
  edit((items) => items.map((item) => (item.name === name ? { ...item, done } : item)));

/** @param {string} name */
const takeOff = (name) => edit((items) => items.filter((item) => item.name !== name));

/** @param {Regain} given */
const line = ({ name, done }) => {
  const box = make("input", { type: "checkbox" });
  box.checked = done;
  box.addEventListener("change", () => tick(name, box.checked));
  const label = make("label", { class: "grow", dir: "auto" }, box, name);
  const words = _("Take %(name)s off the list", { name });
  const off = make("button", { type: "button", class: "round", "aria-label": words }, icon("x"));
  off.addEventListener("click", () => takeOff(name));
  return make("li", {}, label, off);
};

/** @param {HTMLElement} root @param {VaultDocument} doc */
const fill = (root, doc) => {
  const items = itemsOf(doc);
  part(root, "empty").hidden = items.length > 0;
  part(root, "rows").replaceChildren(...items.map(line));
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showLost = (root) => {
  const form = part(root, "form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { name } = form.elements;
    const typed = name.value.trim();
    name.value = "";
    if (typed) await putOnList([typed]).catch((error) => say(error.message));
    name.focus();
  });
  fill(root, current());
  return subscribe((doc) => fill(root, doc));
};
