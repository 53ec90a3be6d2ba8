// No key left: what that means, what was in the backup as far as known, and a new beginning.
import { part, put } from "../../core/page/dom.js";
import { living, nameOf } from "../../accounts/entries.js";
import { entryLine } from "../../accounts/entry-group.js";
import { go } from "../../core/page/router.js";
import { current } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { onPress, tell } from "../../core/page/page-helpers.js";
import { putOnList } from "./lost-services-page.js";
import { accounts, which } from "../labels.js";
import { session } from "../session.js";

const DAYS = 180;

/** @param {Recovery} given @param {Entry[]} names */
const knownWords = ({ offer }, names) => {
  const sealed = _("Its names are sealed with the rest. What is known: %(which)s.", {
    which: which(/** @type {Offer} */ (offer)),
  });
  return names.length
    ? `${sealed} ${_("This phone still has this list of its own:")}`
    : sealed;
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showNone = (root) => {
  const { offer } = session();
  if (!offer) {
    go("recovery");
    return;
  }
  const held = living(current());
  put(root, "known", knownWords(session(), held));
  part(root, "rows").replaceChildren(...held.map((entry) => entryLine({ entry })));
  put(
    root,
    "kept",
    _("The old backup (%(accounts)s) is put away, not deleted. If its key turns up within %(days)s days, it can still be opened.", {
      accounts: accounts(offer.accounts),
      days: DAYS,
    }),
  );
  onPress(root, "start", async () => {
    await putOnList(held.map(nameOf));
    tell(root, "");
    go("backup/anew");
  });
};
