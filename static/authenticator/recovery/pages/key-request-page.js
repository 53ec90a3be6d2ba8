// The new phone asks the old one for the key: a QR code, and the wait for the answer.
import { part, put } from "../../core/page/dom.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { go } from "../../core/page/router.js";
import { square, writer } from "../../qr/qr-svg.js";
import { say } from "../../core/page/toast.js";
import { _ } from "../../core/i18n.js";
import { onPress, poll, tell } from "../../core/page/page-helpers.js";
import { openWith } from "./unlock-page.js";
import { askForKey, needsGrant, transferOf } from "../api.js";
import { needed, session } from "../session.js";
import { linkOf, newPair, numberOf, openKey } from "../transfer.js";

const PAUSE = 2000; // milliseconds
const QUIET = 2; // modules of white around a code, beside the white of its frame

/** @param {string} link */
const draw = async (link) => {
  const encodeQR = await writer();
  const rows = encodeQR(link, "raw", { ecc: "medium", border: QUIET });
  return square(rows, _("QR code for the old phone"));
};

/** @param {string} transfer @param {Pair} pair @param {Json} answer */
const take = async (transfer, pair, answer) => {
  if (answer.vault !== needed("offer").vault) {
    throw new Refusal(_("The old phone gave the key of another backup."));
  }
  await openWith(await openKey({ transfer, pair, answer }));
};

/** @param {HTMLElement} root @param {string} words */
const over = (root, words) => {
  part(root, "qr").replaceChildren();
  put(root, "number", "");
  part(root, "again").hidden = false;
  part(root, "copy").hidden = true;
  tell(root, "look", words);
};

/** @param {string} transfer */
const answerTo = async (transfer) => {
  try {
    const answer = await transferOf(transfer);
    return answer.status === "sealed" ? answer : null;
  } catch (error) {
    if (asFailure(error).code) return { ended: true };
    throw error; // the network: asked again
  }
};

/** @param {HTMLElement} root */
const begin = async (root) => {
  const pair = await newPair();
  const { transfer, expires } = await askForKey(pair.shown);
  const link = linkOf(transfer, pair.shown);
  part(root, "qr").replaceChildren(await draw(link));
  put(root, "number", await numberOf(transfer, pair.shown));
  part(root, "again").hidden = true;
  part(root, "copy").hidden = false;
  part(root, "copy").onclick = () =>
    navigator.clipboard.writeText(link).then(
      () => say(_("Copied. Open it on the old phone, and nowhere else.")),
      () => say(_("The browser did not allow copying.")),
    );
  tell(root, "", _("Waiting for the old phone…"));
  const end = Date.parse(expires);
  const look = async () => (Date.now() > end ? { ended: true } : answerTo(transfer));
  return poll(look, PAUSE, (answer) => {
    if (answer.ended) over(root, _("The QR code has expired. Show another one."));
    else take(transfer, pair, answer).catch((error) => over(root, error.message));
  });
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showAsk = (root) => {
  if (!session().offer) {
    go("recovery");
    return null;
  }
  /** @type {() => void} */
  let stop = () => {};
  let isOver = false;
  const start = async () => {
    stop();
    try {
      stop = await begin(root);
      if (isOver) stop();
    } catch (error) {
      if (needsGrant(error)) go("recovery");
      else over(root, asFailure(error).message);
    }
  };
  onPress(root, "again", start);
  start();
  return () => {
    isOver = true;
    stop();
  };
};
