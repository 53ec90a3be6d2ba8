// Older states of a backup, to go back to before a loss that was saved along.
import { asFailure } from "../../core/refusal.js";
import { elementOf, part, put } from "../../core/page/dom.js";
import { go } from "../../core/page/router.js";
import { _, moment } from "../../core/i18n.js";
import { onPress, tell } from "../../core/page/page-helpers.js";
import { openWith, ownKey } from "./unlock-page.js";
import { needsGrant, versionOf, versionsOf } from "../api.js";
import { accounts } from "../labels.js";
import { keep, needed, session } from "../session.js";

/**
 * Take this state in the place of the newest; its key may be there already.
 * @param {number} number
 */
const pick = async (number) => {
  const { secret, by } = session();
  const offer = needed("offer");
  const chosen = { ...(await versionOf(offer.vault, number)), vault: offer.vault };
  keep({ chosen, isOlder: number < offer.head });
  const known = secret ?? ownKey();
  if (known) await openWith(known, by);
  else go("recovery-open");
};

/** @param {HTMLElement} root @param {Version} version */
const row = (root, version) => {
  const made = elementOf("recovery-version");
  const saved = moment(Date.parse(version.saved));
  put(made, "saved", saved);
  put(made, "count", accounts(version.accounts));
  put(made, "phone", version.phone);
  put(made, "choose-name", _("the state of %(date)s", { date: saved }));
  onPress(root, part(made, "choose"), () => pick(version.version));
  return made;
};

/** @param {HTMLElement} root * @param {number | null} [before]
 */
const load = async (root, before = null) => {
  try {
    const { versions, more } = await versionsOf(needed("offer").vault, before);
    part(root, "rows").append(...versions.map((/** @type {Version} */ version) => row(root, version)));
    const button = part(root, "more");
    button.hidden = !more;
    button.onclick = () => load(root, versions.at(-1).version);
  } catch (error) {
    if (needsGrant(error)) go("recovery");
    else tell(root, "look", asFailure(error).message);
  }
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showOlder = (root) => {
  if (session().offer) load(root);
  else go("recovery");
};
