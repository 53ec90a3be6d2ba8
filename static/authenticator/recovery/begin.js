// The begin of a recovery: who is asking, then the backups of the account. Nothing changes here.
import { isRefused } from "../backup/api.js";
import { readCode } from "../backup/link.js";
import { copyOf, onSubmit, part, put } from "../dom.js";
import { go } from "../router.js";
import { _, moment } from "../words.js";
import { onPress, tell } from "./acts.js";
import { setCode } from "./claim.js";
import { keepDraft, takeDraft } from "./draft.js";
import { openWith, ownKey } from "./open.js";
import { needsGrant, offers, versionOf } from "./portal.js";
import { accounts, ago } from "./sentences.js";
import { choose, keep, session, whenLost } from "./session.js";

const fill = (root, template) => {
  const body = part(root, "body");
  body.replaceChildren(...(template ? [copyOf(template)] : []));
  return body;
};

/** Who asks has to sign in first: in this browser, or on another computer. */
const showSignIn = (root, again) => {
  put(
    root,
    "lead",
    again
      ? _("Sign in once more: the leave to open backups ends after 15 minutes.")
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

const showLater = (root, from) => {
  put(root, "lead", "");
  const date = moment(Date.parse(from));
  tell(
    root,
    "look",
    _("You can open your backups from %(date)s.", { date }),
    _("A sent or saved code can be in somebody else's hands. You were told of it, so that you could stop it. After a sign-in with a passkey or with codes of another phone there is no wait."),
  );
  part(fill(root, "recovery-again"), "portal").hidden = false;
  part(root, "portal").addEventListener("click", portal);
  onPress(root, "again", () => show(root));
};

const portal = async (event) => {
  event.preventDefault();
  const { href } = event.currentTarget;
  await keepDraft(session()).catch(() => {});
  location.assign(href);
};

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

/** Open the way to a backup; in another tab it may be open already. */
const take = async (root, { number, ...found }, steal = false) => {
  const { vault, head } = found.offer;
  const version = await versionOf(vault, number ?? head);
  if (await choose(found, { steal })) {
    keep({ chosen: { ...version, vault } });
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
  if (secret) await openWith(secret);
  else go("recovery-open");
};

const STATES = {
  frozen: () => _("Put away"),
  off: () => _("Switched off"),
};

const untilOf = ({ frozen_until: until }) =>
  until ? _("It is kept until %(date)s.", { date: moment(Date.parse(until)) }) : "";

const card = (root, found, isFirst) => {
  const { offer } = found;
  const made = copyOf("recovery-offer").firstElementChild;
  put(made, "phone", offer.phone || _("Unknown phone"));
  put(made, "count", accounts(offer.accounts));
  put(made, "saved", _("Saved %(date)s", { date: ago(offer.saved) }));
  const state = STATES[offer.state]?.() ?? "";
  put(made, "state", state);
  part(made, "state").hidden = !state;
  put(made, "until", untilOf(offer));
  part(made, "until").hidden = !untilOf(offer);
  part(made, "open").classList.toggle("primary", isFirst);
  const act = (next) => async () => {
    if (await take(root, found)) await next();
  };
  onPress(root, part(made, "open"), act(enter));
  onPress(root, part(made, "older"), act(() => go("recovery-older")));
  part(made, "older").hidden = (offer.versions ?? 1) < 2;
  return made;
};

const foundIn = ({ vaults, active }) =>
  vaults.map((offer) => {
    const isOtherOn = vaults.some(({ vault, state }) => state === "on" && vault !== offer.vault);
    return { offer, active, isOtherOn };
  });

const showList = (root, { vaults, active }) => {
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
  body.replaceChildren(...foundIn({ vaults, active }).map((found, at) => card(root, found, at === 0)));
};

/** Go on where the walk to the portal interrupted; false if there was nothing. */
const resumed = async (root, offered) => {
  const draft = await takeDraft();
  if (!draft) return false;
  keep({ typed: draft.typed ?? {} });
  const found = foundIn(offered).find(({ offer }) => offer.vault === draft.vault);
  if (!found || !draft.secret) return false;
  if (await take(root, { ...found, number: draft.number })) await openWith(draft.secret);
  return true;
};

const show = async (root) => {
  tell(root);
  try {
    const found = await offers();
    if (!(await resumed(root, found))) showList(root, found);
  } catch (error) {
    if (isRefused(error, "grant_not_yet")) showLater(root, error.more.from);
    else if (needsGrant(error)) showSignIn(root, Boolean(session().offer));
    else showFailure(root, error);
  }
};

/** Show the page. */
export const showBegin = (root) => {
  put(root, "lead", _("Looking for your backups…"));
  show(root);
};
