// The begin of a recovery: who is asking, then the backups of the account. Nothing changes here.
import { asFailure } from "../../core/refusal.js";
import { isRefused } from "../../backup/portal/api.js";
import { readCode } from "../../backup/portal/link.js";
import { copyOf, elementOf, onSubmit, part, put } from "../../core/page/dom.js";
import { go } from "../../core/page/router.js";
import { _, moment } from "../../core/i18n.js";
import { onPress, tell } from "../../core/page/page-helpers.js";
import { setCode } from "./link-code-page.js";
import { keepDraft, takeDraft } from "../draft.js";
import { openWith, ownKey } from "./unlock-page.js";
import { needsGrant, offers, toProve, versionOf } from "../api.js";
import { openWaiting } from "../prove.js";
import { accounts, ago, waitWords } from "../labels.js";
import { choose, keep, session, whenLost } from "../session.js";

/** @param {HTMLElement} root @param {string} template */
const fill = (root, template) => {
  const body = part(root, "body");
  body.replaceChildren(...(template ? [copyOf(template)] : []));
  return body;
};

/**
 * Who asks has to sign in first: in this browser, or on another computer.
 * @param {HTMLElement} root
 * @param {boolean} again
 */
const showSignIn = (root, again) => {
  put(
    root,
    "lead",
    again
      ? _("Sign in once more: the permission to open backups ends after 15 minutes.")
      : _("First show that it is you. Then you see your backups; nothing changes until you say so."),
  );
  const body = fill(root, "recovery-sign-in");
  const { host, pathname } = new URL(part(body, "portal").href);
  put(body, "address", host + pathname);
  part(body, "portal").addEventListener("click", portal);
  onSubmit(part(body, "form"), async ({ code }) => {
    setCode(readCode(code.value));
    go("recover");
  });
};

/**
 * After a weak sign-in: whoever has a key of the backup need not wait.
 * @param {HTMLElement} root
 */
const showWaiting = async (root) => {
  const { from, takes_over_from: takesOver, ...offered } = await toProve();
  const waits = { from: Date.parse(from), takesOver: Date.parse(takesOver) };
  const draft = await takeDraft();
  if (draft) keep({ typed: draft.typed ?? {} });
  showList(root, offered, waits);
  if (offered.vaults.length === 0) return;
  part(root, "body").append(copyOf("recovery-again"));
  part(root, "portal").hidden = false;
  part(root, "portal").addEventListener("click", portal);
  onPress(root, "again", () => show(root));
  tell(
    root,
    "look",
    waitWords(waits.from),
    _("A sent or saved code can be in somebody else's hands, so we notified all your addresses and you can stop it there. After a sign-in with a passkey or with codes of another phone there is no wait."),
  );
};

/** @param {MouseEvent} event */
const portal = async (event) => {
  event.preventDefault();
  const { href } = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  await keepDraft(session()).catch(() => {});
  location.assign(href);
};

/** @param {HTMLElement} root @param {Failure} error */
const showFailure = (root, error) => {
  put(root, "lead", "");
  tell(root, "look", error.message, _("Nothing is lost. Your backups are where they were."));
  fill(root, "recovery-again");
  onPress(root, "again", () => show(root));
};

let isElsewhere = false;

/** Another tab took the recovery: nothing of it is left here. */
const leave = () => {
  isElsewhere = true;
  if (location.hash.startsWith("#recovery")) go("recovery");
};

/**
 * Open the way to a backup; in another tab it may be open already.
 * @param {HTMLElement} root
 * @param {Findable & { number?: number }} given
 */
const take = async (root, { number, ...found }, steal = false) => {
  const { vault, head } = found.offer;
  // While it waits for its key there is nothing to fetch yet.
  const version = found.waits ? null : await versionOf(vault, number ?? head);
  if (await choose(found, { steal })) {
    if (version) keep({ chosen: { ...version, vault } });
    whenLost(leave);
    return true;
  }
  tell(root, "look", _("A recovery is open in another tab or window."));
  fill(root, "recovery-elsewhere");
  onPress(root, "here", async () => {
    if (await take(root, { number, ...found }, true)) await enter();
  });
  return false;
};

/** A phone that has the key need not be told it. */
const enter = async () => {
  const secret = ownKey();
  if (!secret) {
    go("recovery-open");
    return;
  }
  if (session().waits) await openWaiting(secret);
  await openWith(secret);
};

/** @type {Record<string, () => string>} */
const STATES = {
  frozen: () => _("Put away"),
  off: () => _("Switched off"),
};

/** @param {Offer} given */
const untilOf = ({ frozen_until: until }) =>
  until ? _("It is kept until %(date)s.", { date: moment(Date.parse(until)) }) : "";

/** @param {HTMLElement} root @param {Findable} found @param {boolean} isFirst */
const card = (root, found, isFirst) => {
  const { offer } = found;
  const made = elementOf("recovery-offer");
  put(made, "phone", offer.phone || _("Unknown phone"));
  put(made, "count", accounts(offer.accounts));
  put(made, "saved", _("Saved %(date)s", { date: ago(offer.saved) }));
  const state = STATES[offer.state]?.() ?? "";
  put(made, "state", state);
  part(made, "state").hidden = !state;
  put(made, "until", untilOf(offer));
  part(made, "until").hidden = !untilOf(offer);
  part(made, "open").classList.toggle("primary", isFirst);
  /** @param {() => unknown} next */
  const act = (next) => async () => {
    if (await take(root, found)) await next();
  };
  onPress(root, part(made, "open"), act(enter));
  onPress(root, part(made, "older"), act(() => go("recovery-older")));
  part(made, "older").hidden = Boolean(found.waits) || (offer.versions ?? 1) < 2;
  return made;
};

/** @param {Offers} given * @param {Waits | null} [waits]
 */
const foundIn = ({ vaults, active }, waits = null) =>
  vaults.map((offer) => {
    const isOtherOn = vaults.some(({ vault, state }) => state === "on" && vault !== offer.vault);
    return { offer, active: active ?? null, isOtherOn, waits };
  });

/** @param {HTMLElement} root @param {Offers} given * @param {Waits | null} [waits]
 */
const showList = (root, { vaults, active }, waits = null) => {
  const body = fill(root, "");
  if (vaults.length === 0) {
    put(root, "lead", "");
    tell(root, "look", _("There is no backup in this account."));
    fill(root, "recovery-nothing");
    return;
  }
  put(root, "lead", _("These backups are in your account. Opening one changes nothing yet."));
  if (isElsewhere) tell(root, "look", _("The recovery goes on in another tab or window."));
  isElsewhere = false;
  const found = foundIn({ vaults, active }, waits);
  body.replaceChildren(...found.map((each, at) => card(root, each, at === 0)));
};

/**
 * Go on where the walk to the portal interrupted; false if there was nothing.
 * @param {HTMLElement} root
 * @param {Offers} offered
 */
const resumed = async (root, offered) => {
  const draft = await takeDraft();
  if (!draft) return false;
  keep({ typed: draft.typed ?? {} });
  const found = foundIn(offered).find(({ offer }) => offer.vault === draft.vault);
  if (!found || !draft.secret) return false;
  if (await take(root, { ...found, number: draft.number })) await openWith(draft.secret);
  return true;
};

/** @param {HTMLElement} root */
const show = async (root) => {
  tell(root, "");
  try {
    const found = await offers();
    if (!(await resumed(root, found))) showList(root, found);
  } catch (error) {
    if (isRefused(error, "grant_not_yet")) await showWaiting(root).catch((each) => showFailure(root, each));
    else if (needsGrant(error)) showSignIn(root, Boolean(session().offer));
    else showFailure(root, asFailure(error));
  }
};

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showBegin = (root) => {
  put(root, "lead", _("Looking for your backups…"));
  show(root);
};
