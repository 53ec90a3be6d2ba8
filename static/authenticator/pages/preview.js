// A look at what was read, before any of it is added: ready, here already, cannot be read and why.
import { notice, part, put } from "../core/page/dom.js";
import { addAll, bringBack, byId, catchUp, edit, trash } from "../accounts/entries.js";
import { reason } from "../formats/parsing/item.js";
import { fillGroup } from "../accounts/entry-group.js";
import { sorted } from "../accounts/import-groups.js";
import { clearPending, takePending } from "../accounts/import-preview-state.js";
import { go } from "../core/page/router.js";
import { say } from "../core/page/toast.js";
import { change, current } from "../accounts/vault.js";
import { _, n_ } from "../core/i18n.js";

/** @type {Record<string, (count: number) => string>} */
const HEADINGS = {
  ready: (count) => _("Ready to add: %(count)s", { count }),
  raised: (count) => _("Here already, with a lower counter: %(count)s", { count }),
  trashed: (count) => _("In your trash: %(count)s", { count }),
  here: (count) => _("Here already: %(count)s", { count }),
  discarded: (count) => _("Left out, as they are in the other app's trash: %(count)s", { count }),
  wrong: (count) => _("Cannot be read: %(count)s", { count }),
};

/** @param {string} source @param {number} count @param {number} left */
const summary = (source, count, left) => {
  const found = n_(
    "%(count)s entry was found in %(source)s. Nothing is added yet.",
    "%(count)s entries were found in %(source)s. Nothing is added yet.",
    count,
    { source },
  );
  if (!left) return found;
  const more = _("%(taken)s of %(count)s can be taken, %(left)s cannot. See below why.", {
    taken: count - left,
    count,
    left,
  });
  return `${found} ${more}`;
};

/** @param {number} count @param {number} raised */
const added = (count, raised) =>
  count
    ? n_("%(count)s account is added.", "%(count)s accounts are added.", count)
    : n_("%(count)s counter is updated.", "%(count)s counters are updated.", raised);

/**
 * Add all of it in one transaction, or nothing; one "undo" takes all of it back.
 * @param {Groups} given
 */
const take = async ({ ready, raised }) => {
  const ids = await change((doc) => {
    for (const { id, entry } of raised) if (byId(doc, id)) catchUp(doc, id, entry);
    return addAll(doc, ready.map(({ entry }) => entry)).map(({ id }) => id);
  });
  clearPending();
  // A counter that moved up stays there: its codes were used elsewhere.
  const undo = () => change((doc) => ids.forEach((/** @type {string} */ id) => trash(doc, id)));
  say(added(ids.length, raised.length), ids.length ? undo : null);
  go("codes");
};

/**
 * Bring back what was thrown away here; what is left to add stays on the page.
 * @param {Groups} given
 */
const putBack = async ({ trashed, ready, raised }) => {
  const before = await change((doc) =>
    trashed
      .filter(({ id }) => byId(doc, id))
      .map(({ id, entry }) => {
        const time = byId(doc, id)?.trashed;
        bringBack(doc, id, entry);
        return /** @type {[string, number | undefined]} */ ([id, time]);
      }),
  );
  say(
    n_("%(count)s account is back in the list.", "%(count)s accounts are back in the list.", before.length),
    () =>
      change((doc) => {
        for (const [id, time] of before) edit(doc, id, { trashed: time });
      }),
  );
  const isMore = ready.length + raised.length > 0;
  if (!isMore) clearPending();
  go(isMore ? "preview" : "codes");
};

/**
 * Have a button do something once; what fails is said.
 * @param {HTMLElement} root
 * @param {HTMLButtonElement} button
 * @param {() => unknown} act
 */
const onPress = (root, button, act) =>
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      button.disabled = false;
      part(root, "words").replaceChildren(notice("loss", reason(error)));
    }
  });

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showPreview = (root) => {
  const { source, items } = takePending();
  if (!source) {
    go("import");
    return;
  }
  const groups = sorted(current(), items);
  const { ready, raised, trashed, wrong, discarded } = groups;
  put(root, "summary", summary(source, items.length, wrong.length + discarded.length));
  for (const [name, group] of Object.entries(groups)) {
    fillGroup(root, name, group, HEADINGS[name](group.length));
  }
  const button = part(root, "add");
  button.hidden = ready.length + raised.length === 0;
  button.textContent = ready.length
    ? n_("Add %(count)s account", "Add %(count)s accounts", ready.length)
    : n_("Update %(count)s counter", "Update %(count)s counters", raised.length);
  const back = part(root, "put-back");
  back.hidden = trashed.length === 0;
  back.classList.toggle("primary", button.hidden);
  onPress(root, button, () => take(groups));
  onPress(root, back, () => putBack(groups));
};
