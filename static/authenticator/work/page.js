// The page that sets accounts of organisations up: takes the code of the portal, says what became of it.
import { asFailure } from "../core/refusal.js";
import { takeCode } from "../backup/portal/url-code.js";
import { buttonPart, elementOf, notice, onSubmit, part, put } from "../core/page/dom.js";
import { nameOf } from "../accounts/entries.js";
import { subscribe } from "../accounts/vault.js";
import { _ } from "../core/i18n.js";
import { accounts, ask, claim, prove, refresh } from "./accounts.js";
import { helpFor, listen, standing } from "./status.js";

/** @param {HTMLElement} root @param {...Node} lines */
const words = (root, ...lines) => part(root, "words").replaceChildren(...lines);

/** @param {HTMLElement} root @param {Failure} error */
const complain = (root, error) => {
  const isUnlinked = error.kind === "unlinked";
  part(root, "first-link").hidden = !isUnlinked;
  words(root, notice("look", error.message));
};

/**
 * Do something that the portal has to answer; the button rests meanwhile.
 * @param {HTMLElement} root
 * @param {HTMLButtonElement} button
 * @param {() => unknown} act
 */
const doing = (root, button, act) => async () => {
  button.disabled = true;
  try {
    await act();
  } catch (error) {
    complain(root, asFailure(error));
  } finally {
    button.disabled = false;
  }
};

/** @param {HTMLElement} root @param {Entry} entry */
const row = (root, entry) => {
  const element = elementOf("work-row");
  const found = standing(entry);
  element.dataset.id = entry.id;
  put(element, "name", nameOf(entry));
  put(element, "label", entry.label);
  put(element, "state", found?.words ?? _("Ready: its codes count."));
  put(element, "help", found ? helpFor(entry) : "");
  for (const [name, act] of Object.entries({ ask, send: prove })) {
    const button = buttonPart(element, name);
    button.hidden = found?.act !== name;
    button.addEventListener("click", doing(root, button, () => act(entry)));
  }
  return element;
};

/** @param {HTMLElement} root */
const fill = (root) => {
  const found = accounts();
  part(root, "rows").replaceChildren(...found.map((entry) => row(root, entry)));
  part(root, "rows").hidden = found.length === 0;
  part(root, "empty").hidden = found.length > 0;
};

/** @param {HTMLElement} root @param {string} text */
const take = async (root, text) => {
  words(root, notice("ok", _("Setting the account up.")));
  try {
    const entry = await claim(text);
    words(root, notice("ok", _("%(name)s is ready.", { name: nameOf(entry) })));
    part(root, "form").reset();
  } catch (error) {
    words(root);
    part(root, "first-link").hidden = asFailure(error).kind !== "unlinked";
    throw error;
  }
};

/**
 * Show the page; a code that came in the address or from the camera is taken at once.
 * @param {HTMLElement} root
 */
export const showWork = (root) => {
  const form = part(root, "form");
  const update = () => fill(root);
  onSubmit(form, ({ code }) => take(root, code.value));
  update();
  const ends = [subscribe(update), listen(update)];
  const code = takeCode("work");
  if (code) {
    form.elements.code.value = code;
    form.requestSubmit();
  } else {
    refresh().catch((error) => complain(root, error));
  }
  return () => ends.forEach((end) => end());
};
