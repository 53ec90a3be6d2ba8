// A look at what was opened, before anything is changed: what comes, and who saves from then on.
import { asFailure } from "../../core/refusal.js";
import { linkedDevice } from "../../backup/portal/device.js";
import { wake } from "../../backup/sync/sync.js";
import { guessName } from "../../backup/portal/link.js";
import { accountsIn } from "../../backup/sync/state.js";
import { elementOf, part, put } from "../../core/page/dom.js";
import { fillGroup } from "../../accounts/entry-group.js";
import { go } from "../../core/page/router.js";
import { current } from "../../accounts/vault.js";
import { _, n_ } from "../../core/i18n.js";
import { onPress, tell } from "../../core/page/page-helpers.js";
import { keepDraft } from "../draft.js";
import { skippedWords } from "../decrypt.js";
import { needsGrant } from "../api.js";
import { choiceOf, isTooNew, preview, restore } from "../restore.js";
import { accounts, ago, which } from "../labels.js";
import { forget, needed, session } from "../session.js";
import { setOutcome } from "./result-page.js";

/** @param {{ name: string, facts: string, seen: string, unsaved?: string }} given */
const phoneRow = ({ name, facts, seen, unsaved }) => {
  const made = elementOf("recovery-phone");
  put(made, "name", name);
  put(made, "facts", facts);
  put(made, "seen", seen);
  put(made, "unsaved", unsaved ?? "");
  part(made, "unsaved").hidden = !unsaved;
  return made;
};

/** @param {Phone} given */
const unsavedWords = ({ name, unsaved }) =>
  unsaved
    ? n_(
        "%(name)s has %(count)s change not saved. It keeps it, and offers it to this phone.",
        "%(name)s has %(count)s changes not saved. It keeps them, and offers them to this phone.",
        unsaved,
        { name },
      )
    : "";

/** @param {Phone} active */
const oldPhone = (active) => ({
  name: active.name,
  facts: _("%(accounts)s · saves now", { accounts: accounts(active.accounts) }),
  seen: [
    active.saved && _("Saved %(date)s", { date: ago(active.saved) }),
    active.last_contact && _("Last heard of %(date)s", { date: ago(active.last_contact) }),
  ]
    .filter(Boolean)
    .join(". "),
  unsaved: unsavedWords(active),
});

/** @param {Device | null} mine */
const otherThan = (mine) => {
  const { active } = session();
  return active !== null && active.installation !== mine?.installation;
};

/**
 * The phones there are: the one that saves, unless that is this one, and this one.
 * @param {HTMLElement} root
 */
const showPhones = async (root) => {
  const { active } = session();
  const mine = await linkedDevice();
  const others = active && otherThan(mine) ? [oldPhone(active)] : [];
  const own = {
    name: _("This phone: %(name)s", { name: mine?.name ?? (await guessName()) }),
    facts: accounts(accountsIn(current())),
    seen: "",
  };
  part(root, "phones").replaceChildren(...[...others, own].map(phoneRow));
  if (others.length || part(root, "view").hidden) return;
  put(root, "take-heading", _("Bring them to this phone?"));
  put(root, "take-words", _("No other phone saves now. From now on this one does."));
  put(root, "take", _("Bring them here"));
};

/** @param {HTMLElement} root */
const showGroups = (root) => {
  const found = preview();
  /** @param {Json} each */
  const entry = (each) => ({ entry: each });
  fillGroup(root, "new", found.new.map(entry), _("Comes to this phone: %(count)s", { count: found.new.length }));
  fillGroup(root, "here", found.here.map(entry), _("Here already: %(count)s", { count: found.here.length }));
  fillGroup(
    root,
    "differs",
    found.differs.map(({ theirs }) => ({ entry: theirs })),
    _("Differs from what is here: %(count)s. Both are kept.", { count: found.differs.length }),
  );
  return found;
};

/** @param {HTMLElement} root @param {Failure} error */
const fail = async (root, error) => {
  if (needsGrant(error)) {
    await keepDraft(session()).catch(() => {});
    go("recovery");
    return;
  }
  tell(root, "look", error.message, _("Nothing is lost, and nothing was replaced. Try again."));
};

/** @param {HTMLElement} root @param {string} mode */
const act = (root, mode) => async () => {
  try {
    await restore(mode);
  } catch (error) {
    await fail(root, asFailure(error));
    return;
  }
  const { phone } = needed("chosen");
  const { active } = session();
  setOutcome({ mode, phone, old: active?.name ?? "" });
  forget();
  go("recovery-done");
  wake();
};

/** @type {Record<string, () => string>} */
const CHOICES = {
  back: () =>
    _("This phone saves the backup already. What comes back is put beside what is here, and saved."),
  list: () =>
    _("Another backup is on, and stays. What is in this one is put beside what is on this phone."),
};

/**
 * Say what can be done; gives how the portal calls it.
 * @param {HTMLElement} root
 */
const adapt = (root) => {
  const { isOtherOn = false } = session();
  const choice = choiceOf(current(), needed("offer"), isOtherOn);
  if (choice === "take-over") return choice;
  put(root, "take-heading", _("Bring them back?"));
  put(root, "take-words", CHOICES[choice]());
  put(root, "take", _("Bring them back"));
  part(root, "view").hidden = true;
  part(root, "view-words").hidden = true;
  return choice === "back" ? "take-over" : "view";
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showLook = (root) => {
  const { doc, chosen } = session();
  if (!doc) {
    go("recovery");
    return;
  }
  const count = doc.entries?.filter((entry) => !entry.gone && !entry.trashed).length ?? 0;
  put(root, "heading", n_("%(count)s account is in it", "%(count)s accounts are in it", count));
  put(root, "which", which({ ...needed("offer"), ...chosen }));
  tell(root, "look", skippedWords(session()));
  if (isTooNew()) {
    tell(root, "look", _("A newer version of the app made this backup. Update the app, then begin again."));
    part(root, "decide").hidden = true;
    return;
  }
  const mode = adapt(root);
  showGroups(root);
  showPhones(root);
  onPress(root, "take", act(root, mode));
  onPress(root, "view", act(root, "view"));
};

