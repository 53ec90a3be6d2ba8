// What a phone that is not the active one left: shown before any of it is taken.
import { copyOf, make, notice, part, put } from "../dom.js";
import { nameOf } from "../entries.js";
import { say } from "../toast.js";
import { current } from "../vault.js";
import { _, moment } from "../words.js";
import { saveNow, wake } from "./engine.js";
import { brings, letGo, take, waiting } from "./late.js";
import { hasKey } from "./state.js";

const names = (entries) => entries.map(nameOf).join(", ");

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

const takeIt = async (one) => {
  await take(one);
  await saveNow();
  say(_("The changes of %(phone)s are in the list.", one));
};

const leaveIt = async (one) => {
  await letGo(one);
  say(_("Left out. %(phone)s still has them.", one));
};

const card = (root, one) => {
  const element = copyOf("late-card").firstElementChild;
  put(element, "phone", one.phone);
  put(element, "saved", _("Left %(date)s", { date: moment(one.saved) }));
  part(element, "lines").replaceChildren(...lines(one).map((text) => make("li", {}, text)));
  for (const [name, act] of [["take", takeIt], ["leave", leaveIt]]) {
    part(element, name).addEventListener("click", async ({ currentTarget }) => {
      currentTarget.disabled = true;
      await act(one).catch((error) => say(error.message));
      await wake();
      await fill(root);
    });
  }
  return element;
};

const fill = async (root) => {
  const found = hasKey(current()) ? await waiting() : [];
  part(root, "none").hidden = found.length > 0;
  part(root, "cards").replaceChildren(...found.map((one) => card(root, one)));
};

/** Show the page. */
export const showLate = (root) =>
  fill(root).catch((error) => part(root, "trouble").replaceChildren(notice("look", error.message)));
