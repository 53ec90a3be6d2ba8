// Changing what is kept about an account, and moving it to the trash.
import { asFailure } from "../core/refusal.js";
import { isOn } from "../backup/sync/state.js";
import { clearErrors, elementOf, part, put, showError } from "../core/page/dom.js";
import { byId, edit, endOf, nameOf, restore, trash, trashed } from "../accounts/entries.js";
import { plain } from "../otp/link-label.js";
import { isWork } from "../lk1/document.js";
import { MISSING, go } from "../core/page/router.js";
import { say } from "../core/page/toast.js";
import { change, current, subscribe } from "../accounts/vault.js";
import { _, moment, n_ } from "../core/i18n.js";

/** @param {string} text */
const tagsIn = (text) => [...new Set(text.split(",").map(plain).filter(Boolean))];

/** @param {HTMLFormElement} form */
const read = (form) => ({
  issuer: plain(form.elements.issuer.value),
  label: plain(form.elements.label.value),
  tags: tagsIn(form.elements.tags.value),
  pinned: form.elements.pinned.checked,
  notes: form.elements.notes.value,
  recovery: form.elements.recovery.value,
});

/** @param {HTMLFormElement} form @param {Entry} entry */
const fill = (form, entry) => {
  form.elements.issuer.value = entry.issuer;
  form.elements.label.value = entry.label;
  form.elements.tags.value = (entry.tags ?? []).join(", ");
  form.elements.pinned.checked = Boolean(entry.pinned);
  form.elements.notes.value = entry.notes ?? "";
  form.elements.recovery.value = entry.recovery ?? "";
};

/** @param {HTMLFormElement} form @param {string} id */
const save = async (form, id) => {
  clearErrors(form);
  const changes = read(form);
  if (!changes.issuer && !changes.label) {
    showError(form, _("Name the service, so that you find it again."), "issuer");
    return;
  }
  try {
    const before = await change((doc) => edit(doc, id, changes));
    if (!before) throw new Error(MISSING());
    say(_("%(name)s is saved.", { name: nameOf(changes) }), () =>
      change((doc) => edit(doc, id, before)),
    );
    go("codes");
  } catch (error) {
    showError(form, asFailure(error).message);
  }
};

/** @param {HTMLFormElement} form @param {string} id */
const moveToTrash = async (form, id) => {
  try {
    const name = nameOf(/** @type {Entry} */ (byId(current(), id)));
    await change((doc) => trash(doc, id));
    say(_("%(name)s is in the trash for 30 days.", { name }), () =>
      change((doc) => restore(doc, id)),
    );
    go("codes");
  } catch (error) {
    showError(form, asFailure(error).message);
  }
};

/**
 * Where what is typed here ends up.
 * @param {Entry} entry
 */
const keptWords = (entry) => {
  if (!isOn(current())) return _("What is kept here stays on this phone.");
  return isWork(entry)
    ? _("What is kept here stays on this phone and, without the key, in your backup, which only you can open.")
    : _("What is kept here stays on this phone and in your backup, which only you can open.");
};

/**
 * Show the page about one account.
 * @param {HTMLElement} root
 * @param {string} id
 */
export const showEdit = (root, id) => {
  const form = part(root, "form");
  const entry = byId(current(), id);
  if (!entry) {
    say(MISSING());
    go("codes");
    return;
  }
  put(root, "heading", nameOf(entry));
  put(root, "kept", keptWords(entry));
  fill(form, entry);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form, id);
  });
  part(root, "trash").addEventListener("click", () => moveToTrash(form, id));
};

/** @param {Entry} entry */
const trashRow = (entry) => {
  const element = elementOf("trash-row");
  const name = nameOf(entry);
  put(element, "name", name);
  put(element, "label", entry.issuer ? entry.label : "");
  put(element, "end", _("Gone on %(date)s", { date: moment(endOf(entry)) }));
  put(element, "back-name", name);
  part(element, "back").addEventListener("click", async () => {
    try {
      await change((doc) => restore(doc, entry.id));
      say(_("%(name)s is back in the list.", { name }));
    } catch (error) {
      say(asFailure(error).message);
    }
  });
  return element;
};

const putAllBack = async () => {
  try {
    const before = await change((doc) =>
      trashed(doc).map(({ id, trashed: time }) => {
        restore(doc, id);
        return /** @type {[string, number]} */ ([id, time]);
      }),
    );
    const words = n_(
      "%(count)s account is back in the list.",
      "%(count)s accounts are back in the list.",
      before.length,
    );
    say(words, () =>
      change((doc) => {
        for (const [id, time] of before) edit(doc, id, { trashed: time });
      }),
    );
  } catch (error) {
    say(asFailure(error).message);
  }
};

/**
 * Show the page with what was thrown away.
 * @param {HTMLElement} root
 */
export const showTrash = (root) => {
  /** @param {VaultDocument} doc */
  const fillRows = (doc) => {
    const entries = trashed(doc);
    part(root, "empty").hidden = entries.length > 0;
    part(root, "all").hidden = entries.length < 2;
    part(root, "rows").replaceChildren(...entries.map(trashRow));
  };
  fillRows(current());
  part(root, "all").addEventListener("click", putAllBack);
  return subscribe(fillRows);
};
