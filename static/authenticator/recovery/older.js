// Older states of a backup, to go back to before a loss that was saved along.
import { copyOf, part, put } from "../dom.js";
import { go } from "../router.js";
import { _, moment } from "../words.js";
import { onPress, tell } from "./acts.js";
import { openWith, ownKey } from "./open.js";
import { needsGrant, versionOf, versionsOf } from "./portal.js";
import { accounts } from "./sentences.js";
import { keep, session } from "./session.js";

/** Take this state in the place of the newest; its key may be there already. */
const pick = async (number) => {
  const { offer, secret, by } = session();
  const chosen = { ...(await versionOf(offer.vault, number)), vault: offer.vault };
  keep({ chosen, isOlder: number < offer.head });
  const known = secret ?? ownKey();
  if (known) await openWith(known, by);
  else go("recovery-open");
};

const row = (root, version) => {
  const made = copyOf("recovery-version").firstElementChild;
  const saved = moment(Date.parse(version.saved));
  put(made, "saved", saved);
  put(made, "count", accounts(version.accounts));
  put(made, "phone", version.phone);
  put(made, "choose-name", _("the state of %(date)s", { date: saved }));
  onPress(root, part(made, "choose"), () => pick(version.version));
  return made;
};

const load = async (root, before = null) => {
  try {
    const { versions, more } = await versionsOf(session().offer.vault, before);
    part(root, "rows").append(...versions.map((version) => row(root, version)));
    const button = part(root, "more");
    button.hidden = !more;
    button.onclick = () => load(root, versions.at(-1).version);
  } catch (error) {
    if (needsGrant(error)) go("recovery");
    else tell(root, "look", error.message);
  }
};

/** Show the page. */
export const showOlder = (root) => {
  if (session().offer) load(root);
  else go("recovery");
};
