// A code of the portal's recovery page, from the address, a QR code or the keyboard. Whose account
// it is stands here first: a link in a message must not link this phone to somebody else's.
import { isRefused } from "../../backup/portal/api.js";
import { takeCode } from "../../backup/portal/url-code.js";
import { device, linkedDevice } from "../../backup/portal/device.js";
import {
  claim,
  forgetClaim,
  guessName,
  lookAt,
  showConfirm,
  waitForLink,
} from "../../backup/portal/link.js";
import { formPart, onSubmit, part, put } from "../../core/page/dom.js";
import { Refusal } from "../../core/refusal.js";
import { go } from "../../core/page/router.js";
import { _ } from "../../core/i18n.js";
import { onPress, tell } from "../../core/page/page-helpers.js";

let given = "";

/**
 * Leave a code for the page to ask about.
 * @param {string} code
 */
export const setCode = (code) => {
  given = code;
};

const codeOf = () => {
  const code = takeCode("recover") || given;
  given = "";
  return code;
};

/**
 * What is said when the code is no good: the portal makes another one.
 * @param {HTMLElement} root
 */
const sayEnded = (root) => {
  put(root, "heading", _("This code has expired"));
  put(root, "lead", _("A code counts once and for ten minutes. Nothing was linked."));
  formPart(root, "ask").hidden = true;
  part(root, "number-part").hidden = true;
  part(root, "back").hidden = false;
};

/** @param {HTMLElement} root @param {Claim} given @param {AbortSignal} signal */
const showNumber = (root, { number, confirm }, signal) => {
  put(root, "heading", _("One more step"));
  put(root, "lead", "");
  formPart(root, "ask").hidden = true;
  part(root, "number-part").hidden = false;
  put(root, "number", number);
  showConfirm(root, confirm);
  /** @param {Failure | null} error */
  const stumble = (error) => tell(root, "look", error?.message);
  return waitForLink(signal, stumble).then((status) => {
    if (signal.aborted) return;
    if (status === "linked") go("recovery");
    else sayEnded(root);
  });
};

/** @param {HTMLFormControlsCollection} given */
const nameIn = ({ name }) => {
  if (name.value.trim()) return name.value.trim();
  throw new Refusal(_("Give this phone a name."), "name");
};

/** @param {HTMLElement} root @param {string} code @param {AbortSignal} signal */
const accept = async (root, code, signal) => {
  try {
    const answer = await claim(code, nameIn(formPart(root, "ask").elements));
    if (answer.status === "linked") go("recovery");
    else showNumber(root, answer, signal);
  } catch (error) {
    if (isRefused(error, "link_unknown")) sayEnded(root);
    else throw error;
  }
};

/**
 * A phone that is linked already only gets permission to read: no other account can have its code.
 * @param {HTMLElement} root
 */
const askAgain = (root) => {
  put(root, "heading", _("Open the backups of this account?"));
  put(root, "lead", "");
  put(root, "warning", _("This phone is linked to it already."));
  part(root, "name-part").hidden = true;
};

/** @param {HTMLElement} root @param {string} code @param {AbortSignal} signal */
const ask = async (root, code, signal) => {
  const { account: mask, address: account = mask } = await lookAt(code);
  const [mine, form] = [await linkedDevice(), formPart(root, "ask")];
  put(root, "heading", _("Link this phone to this account?"));
  put(root, "lead", _("Nothing is linked yet."));
  put(root, "account", account);
  form.elements.name.value = mine?.name ?? (await guessName());
  if (mine) askAgain(root);
  form.hidden = false;
  onSubmit(form, () => accept(root, code, signal));
};

/** @param {HTMLElement} root @param {AbortSignal} signal */
const show = async (root, signal) => {
  const code = codeOf();
  const waiting = (await device())?.claim;
  if (code) {
    await ask(root, code, signal);
  } else if (waiting?.number) {
    await showNumber(root, waiting, signal);
  } else {
    go("recovery");
  }
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showClaim = (root) => {
  const leave = new AbortController();
  put(root, "heading", _("Looking at the code…"));
  onPress(root, "cancel", async () => {
    await forgetClaim();
    go("recovery");
  });
  show(root, leave.signal).catch((error) => {
    if (isRefused(error, "link_unknown")) {
      sayEnded(root);
      return;
    }
    put(root, "heading", _("The code cannot be used now"));
    part(root, "back").hidden = false;
    tell(root, "look", error.message, _("Nothing was linked."));
  });
  return () => leave.abort();
};
