// A look at what was read, before any of it is added: ready, here already, cannot be read and why.
import { notice, part, put } from "./dom.js";
import { add, finder, identity, trash } from "./entries.js";
import { fillGroup } from "./groups.js";
import { clearPending, takePending } from "./pending.js";
import { go } from "./router.js";
import { say } from "./toast.js";
import { change, current } from "./vault.js";
import { _, n_ } from "./words.js";

/** Sort the items; what stands twice in the export itself is here already the second time. */
export const sorted = (doc, items) => {
  const isHeld = finder(doc);
  const seen = new Set();
  const groups = { ready: [], here: [], wrong: [] };
  for (const item of items) {
    const name = item.entry && identity(item.entry);
    if (!item.entry) groups.wrong.push(item);
    else if (isHeld(item.entry) || seen.has(name)) groups.here.push(item);
    else groups.ready.push(item);
    seen.add(name);
  }
  return groups;
};

/** Add all of it in one transaction, or nothing; one "undo" takes all of it back. */
const addAll = async (items) => {
  const ids = await change((doc) => items.map(({ entry }) => add(doc, entry).id));
  clearPending();
  say(
    n_("%(count)s account is added.", "%(count)s accounts are added.", ids.length),
    () => change((doc) => ids.forEach((id) => trash(doc, id))),
  );
  go("codes");
};

const summary = (source, count) =>
  n_(
    "%(count)s entry was found in %(source)s. Nothing is added yet.",
    "%(count)s entries were found in %(source)s. Nothing is added yet.",
    count,
    { source },
  );

/** Show the page. */
export const showPreview = (root) => {
  const { source, items } = takePending();
  if (!source) {
    go("import");
    return;
  }
  const { ready, here, wrong } = sorted(current(), items);
  put(root, "summary", summary(source, items.length));
  fillGroup(root, "ready", ready, _("Ready to add: %(count)s", { count: ready.length }));
  fillGroup(root, "here", here, _("Here already: %(count)s", { count: here.length }));
  fillGroup(root, "wrong", wrong, _("Cannot be read: %(count)s", { count: wrong.length }));
  const button = part(root, "add");
  button.hidden = ready.length === 0;
  button.textContent = n_("Add %(count)s account", "Add %(count)s accounts", ready.length);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await addAll(ready);
    } catch (error) {
      button.disabled = false;
      part(root, "words").replaceChildren(notice("loss", error.message));
    }
  });
};
