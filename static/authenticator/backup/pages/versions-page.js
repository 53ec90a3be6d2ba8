// The versions that the portal keeps, and a look inside one of them.
import { asFailure } from "../../core/refusal.js";
import { elementOf, make, notice, part, put } from "../../core/page/dom.js";
import { living, nameOf, trashed } from "../../accounts/entries.js";
import { go } from "../../core/page/router.js";
import { say } from "../../core/page/toast.js";
import { current } from "../../accounts/vault.js";
import { _, moment, n_ } from "../../core/i18n.js";
import { saveNow } from "../sync/sync.js";
import { backupIn, hasKey } from "../sync/state.js";
import { list, look, pin, restore } from "../sync/versions.js";

/** @type {Record<string, () => string>} */
const WHY = {
  "take-over": () => _("kept: before another phone took over"),
  shrink: () => _("kept: before it became much smaller"),
};

/** @param {Version} given */
const isKept = ({ pinned_until: until }) => Date.parse(until ?? "") > Date.now();

/** @param {Version} version */
const keptWords = (version) =>
  isKept(version) ? (WHY[version.why_pinned ?? ""]?.() ?? _("kept for longer")) : "";

/** @param {{ accounts: number }} given */
const countWords = ({ accounts }) => n_("%(count)s account", "%(count)s accounts", accounts);

/** @param {Version} version */
const row = (version) => {
  const element = elementOf("version-row");
  put(element, "saved", moment(version.saved));
  put(element, "about", [countWords(version), version.phone].filter(Boolean).join(" · "));
  put(element, "kept", keptWords(version));
  put(element, "look-name", _("Version %(number)s", { number: version.version }));
  part(element, "look").href = `#version/${version.version}`;
  part(element, "newest").hidden = version.version !== backupIn(current()).head;
  return element;
};

/** @param {HTMLElement} root @param {Failure} error */
const complain = (root, error) => part(root, "trouble").replaceChildren(notice("look", error.message));

/**
 * Add a page to the list; the button asks for the next.
 * @param {HTMLElement} root
 * @param {number} before
 */
const more = async (root, before) => {
  const button = part(root, "more");
  const found = await list(before);
  part(root, "rows").append(...found.versions.map(row));
  button.hidden = !found.more;
  button.onclick = () => {
    const last = found.versions.at(-1).version;
    more(root, last).catch((error) => complain(root, error));
  };
};

/**
 * Show the list.
 * @param {HTMLElement} root
 */
export const showVersions = async (root) => {
  if (!hasKey(current())) return go("backup");
  await saveNow();
  return more(root, 0).catch((error) => complain(root, error));
};

/** @param {Entry} entry */
const nameRow = (entry) =>
  make(
    "li",
    {},
    make("b", { class: "clip", dir: "auto" }, nameOf(entry)),
    make("span", { class: "soft small clip", dir: "auto" }, entry.issuer ? entry.label : ""),
  );

/** @param {HTMLElement} root */
const pinField = (root) => /** @type {HTMLInputElement} */ (part(root, "pin"));

/** @param {HTMLElement} root @param {OpenedVersion} found */
const fill = (root, found) => {
  const accounts = living(found.content);
  put(root, "about", `${moment(found.saved)} · ${found.phone}`);
  put(root, "count", countWords({ accounts: accounts.length }));
  part(root, "rows").replaceChildren(...accounts.map(nameRow));
  const inTrash = trashed(found.content).length;
  put(
    root,
    "trash",
    inTrash ? n_("And %(count)s in the trash.", "And %(count)s in the trash.", inTrash) : "",
  );
  pinField(root).checked = isKept(found);
  part(root, "restore-part").hidden = found.version === backupIn(current()).head;
  part(root, "body").hidden = false;
};

/** @param {number} number */
const putItBack = async (number) => {
  await saveNow();
  const undo = await restore(number);
  await saveNow({ shrink: true });
  say(_("Restored. It is saved as a new version, and nothing was replaced."), async () => {
    await undo();
    await saveNow({ shrink: true });
  });
  go("codes");
};

/** @param {number} number @param {HTMLInputElement} field */
const keep = async (number, field) => {
  try {
    await pin(number, field.checked);
    say(field.checked ? _("Kept for 90 days more.") : _("No longer kept for longer."));
  } catch (error) {
    field.checked = !field.checked;
    say(asFailure(error).message);
  }
};

/** @param {HTMLElement} root @param {number} number */
const act = (root, number) => {
  const field = pinField(root);
  field.addEventListener("change", () => keep(number, field));
  const button = part(root, "restore");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await putItBack(number);
    } catch (error) {
      complain(root, asFailure(error));
      button.disabled = false;
    }
  });
};

/**
 * Show one version: the names in it.
 * @param {HTMLElement} root
 * @param {string} argument
 */
export const showVersion = async (root, argument) => {
  const number = Number(argument);
  if (!hasKey(current()) || !Number.isSafeInteger(number)) return go("versions");
  put(root, "heading", _("Version %(number)s", { number }));
  act(root, number);
  return look(number).then(
    (found) => fill(root, found),
    (error) => complain(root, error),
  );
};
