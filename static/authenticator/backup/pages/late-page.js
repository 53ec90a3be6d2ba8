// What a phone that is not the active one left: shown before any of it is taken.
import { buttonPart, elementOf, make, notice, part, put } from "../../core/page/dom.js";
import { nameOf } from "../../accounts/entries.js";
import { say } from "../../core/page/toast.js";
import { current } from "../../accounts/vault.js";
import { _, moment } from "../../core/i18n.js";
import { saveNow, wake } from "../sync/sync.js";
import { brings, letGo, take, waiting } from "../sync/late.js";
import { hasKey } from "../sync/state.js";

/** @param {Entry[]} entries */
const names = (entries) => entries.map(nameOf).join(", ");

/** @param {LateChanges} one */
const lines = (one) => {
  const { new: added, differs } = brings(one);
  const changed = differs.map(({ theirs }) => theirs);
  const all = added.length + changed.length;
  if (!all) return [_("It changes nothing in the list here.")];
  return [
    added.length ? _("New: %(names)s", { names: names(added) }) : "",
    changed.length ? _("Changed: %(names)s", { names: names(changed) }) : "",
  ].filter(Boolean);
};

/** @param {LateChanges} one */
const takeIt = async (one) => {
  await take(one);
  await saveNow();
  say(_("The changes of %(phone)s are in the list.", { phone: one.phone }));
};

/** @param {LateChanges} one */
const leaveIt = async (one) => {
  await letGo(one);
  say(_("Left out. %(phone)s still has them.", { phone: one.phone }));
};

/** @param {HTMLElement} root @param {LateChanges} one */
const card = (root, one) => {
  const element = elementOf("late-card");
  put(element, "phone", one.phone);
  put(element, "saved", _("Left %(date)s", { date: moment(one.saved) }));
  part(element, "lines").replaceChildren(...lines(one).map((text) => make("li", {}, text)));
  for (const [name, act] of Object.entries({ take: takeIt, leave: leaveIt })) {
    const button = buttonPart(element, name);
    button.addEventListener("click", async () => {
      button.disabled = true;
      await act(one).catch((error) => say(error.message));
      await wake();
      await fill(root);
    });
  }
  return element;
};

/** @param {HTMLElement} root */
const fill = async (root) => {
  const found = hasKey(current()) ? await waiting() : [];
  part(root, "none").hidden = found.length > 0;
  part(root, "cards").replaceChildren(...found.map((one) => card(root, one)));
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showLate = (root) =>
  fill(root).catch((error) => part(root, "trouble").replaceChildren(notice("look", error.message)));
