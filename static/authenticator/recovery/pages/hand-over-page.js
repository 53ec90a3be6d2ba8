// The old phone's side: another phone showed a QR code and asks for the key of the backup.
import { takeCode } from "../../backup/portal/url-code.js";
import { hasKey, keyOf } from "../../backup/sync/state.js";
import { part, put } from "../../core/page/dom.js";
import { Refusal } from "../../core/refusal.js";
import { current } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { onPress, tell } from "../../core/page/page-helpers.js";
import { answerTransfer, transferOf } from "../api.js";
import { numberOf, readLink, sealKey } from "../transfer.js";

const noKey = () =>
  new Refusal(_("This phone has no backup open, so it has no key to give."));

const over = () =>
  new Refusal(_("This QR code has expired, or it isn’t from a phone of your account."));

/**
 * @param {HTMLElement} root
 * @param {{ transfer: string, asked: string }} given
 * @param {string} phone
 */
const give = async (root, { transfer, asked }, phone) => {
  const answer = await sealKey({ transfer, asked, ...keyOf(current()) });
  await answerTransfer(transfer, answer);
  put(root, "heading", _("The key is given"));
  put(root, "lead", "");
  part(root, "ask").hidden = true;
  part(root, "done").hidden = false;
  tell(root, "ok", _("%(phone)s has the key now. Go on there.", { phone }));
};

/** @param {HTMLElement} root @param {string} code */
const ask = async (root, code) => {
  if (!hasKey(current())) throw noKey();
  const link = readLink(code);
  const { status, phone } = await transferOf(link.transfer);
  if (status !== "waiting") throw over();
  put(root, "phone", phone);
  put(root, "number", await numberOf(link.transfer, link.asked));
  put(root, "lead", _("It wants to open the backup that this phone has the key of."));
  part(root, "ask").hidden = false;
  onPress(root, "yes", () => give(root, link, phone));
};

/** @param {Failure} error */
const sentenceOf = (error) =>
  error instanceof Refusal && !error.code ? error.message : over().message;

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showHandOver = (root) => {
  const code = takeCode("hand-over");
  ask(root, code).catch((error) => {
    tell(root, "look", sentenceOf(error), _("Nothing was given away."));
    part(root, "done").hidden = false;
  });
};
