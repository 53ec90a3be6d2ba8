// What came of it: how many are ready, which need an act, and the way back.
import { make, part, put } from "../../core/page/dom.js";
import { endOfUndo, nameOf } from "../../accounts/entries.js";
import { go } from "../../core/page/router.js";
import { current } from "../../accounts/vault.js";
import { _, moment, n_ } from "../../core/i18n.js";
import { onPress, tell } from "../../core/page/page-helpers.js";
import { isUndoable, tally, undo } from "../restore.js";

/** @type {Outcome | null} */
let outcome = null;

/**
 * Leave for the page what was done: `{mode, phone, old}`.
 * @param {Outcome} what
 */
export const setOutcome = (what) => {
  outcome = what;
};

/** @param {Outcome} given */
const leadOf = ({ mode, old }) => {
  if (mode === "view") return _("You only look: nothing of this phone goes into the backup.");
  if (!old) return _("This phone saves from now on.");
  return _("This phone saves from now on. %(old)s keeps its codes, and says so.", { old });
};

/** @param {number} ready @param {number} required */
const headingOf = (ready, required) => {
  const words = n_("%(count)s account ready", "%(count)s accounts ready", ready);
  if (!required) return words;
  return _("%(ready)s, %(count)s Action required", { ready: words, count: required });
};

/** @param {Entry} entry */
const line = (entry) =>
  make(
    "li",
    {},
    make("b", { class: "clip", dir: "auto" }, nameOf(entry)),
    make("span", { class: "soft small", dir: "auto" }, _("Action required")),
  );

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showDone = (root) => {
  if (!isUndoable(current())) {
    go("codes");
    return;
  }
  const { ready, required } = tally(current());
  put(root, "heading", headingOf(ready, required.length));
  put(root, "lead", outcome ? leadOf(outcome) : "");
  const end = endOfUndo(current());
  put(root, "until", end ? _("It can be undone until %(date)s.", { date: moment(end) }) : "");
  part(root, "work").hidden = required.length === 0;
  put(root, "work-words", _("Action required: %(count)s", { count: required.length }));
  part(root, "work-rows").replaceChildren(...required.map(line));
  onPress(root, "undo", async () => {
    await undo();
    tell(root, "ok", _("What was here before is back. The backup itself was not changed by that."));
    put(root, "heading", _("Put back"));
    put(root, "lead", "");
    for (const name of ["undo", "until"]) part(root, name).hidden = true;
    part(root, "work").hidden = true;
  });
};
