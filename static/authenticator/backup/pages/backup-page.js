// The page about the backup: how it stands, switching it on, and off.
import { backupIn } from "../sync/state.js";
import { buttonPart, find, formOf, onSubmit, part, put, showStep } from "../../core/page/dom.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { hold } from "../../core/page/router.js";
import { say } from "../../core/page/toast.js";
import { current } from "../../accounts/vault.js";
import { _, moment, n_ } from "../../core/i18n.js";
import { device } from "../portal/device.js";
import { wake } from "../sync/sync.js";
import { showKey } from "./key-steps.js";
import { showLine } from "./status-bar.js";
import { currentStatus, onStatus } from "../sync/status.js";
import { finish, switchOff, switchOn, switchOnAgain } from "../sync/setup.js";

/** @param {HTMLElement} root @param {string} name */
const focus = (root, name) => find(root, `[data-step="${name}"] [tabindex]`)?.focus();

const STAGES = ["send", "fetch", "open"];

/**
 * Mark how far it is: what is done, and what is going on.
 * @param {HTMLElement} root
 * @param {string} stage
 */
const mark = (root, stage) => {
  const at = STAGES.indexOf(stage);
  STAGES.forEach((name, place) => {
    part(root, `stage-${name}`).className = place < at || stage === "done" ? "done" : "";
  });
};

/** @param {HTMLElement} root */
const done = (root) => {
  mark(root, "done");
  const { accounts } = backupIn(current());
  put(
    root,
    "done-words",
    n_(
      "%(count)s account was sent, fetched again and opened with your backup key.",
      "%(count)s accounts were sent, fetched again and opened with your backup key.",
      accounts,
    ),
  );
  showStep(root, "done");
  focus(root, "done");
};

/**
 * Switch it on by `act(tell)` and show how far it is.
 * @param {HTMLElement} root
 * @param {HTMLFormElement} form
 * @param {(tell: (stage: string) => void) => Promise<unknown>} act
 */
const proceed = async (root, form, act) => {
  form.append(part(root, "stages"));
  part(root, "stages").hidden = false;
  await act((stage) => mark(root, stage));
  await wake();
  done(root);
};

/** @param {HTMLElement} root @param {{ freeze?: boolean }} [how] */
const startKey = (root, how = {}) => {
  showStep(root, "key");
  const place = find(root, "[data-step=key]");
  const form = part(place, "typed");
  showKey(place, (key) => proceed(root, form, (tell) => switchOn(key, tell, how)));
};

/** @param {HTMLFormElement} form */
const switchItOff = async (form) => {
  const { word } = form.elements;
  if (word.value.trim().toLowerCase() !== form.dataset.word) {
    throw new Refusal(_("Type the word “%(word)s”.", { word: form.dataset.word }), "word");
  }
  await switchOff();
  await wake();
  say(_("The backup is off."));
};

/** @type {Record<string, string>} */
const BY_KIND = {
  unknown: "wait",
  alone: "link",
  gone: "link",
  "unknown-phone": "link",
  linked: "begin",
  elsewhere: "elsewhere",
  unfinished: "finish",
  off: "off",
  suspended: "other",
  replaced: "other",
  other: "other",
};

/** @param {HTMLElement} root */
const fill = async (root) => {
  const name = BY_KIND[currentStatus().kind] ?? "on";
  showStep(root, name);
  part(root, "line").hidden = !["on", "other"].includes(name);
  if (name !== "off") return;
  const { offUntil } = backupIn(current());
  put(root, "off-words", _("What was saved is kept until %(date)s, then it goes.", { date: moment(offUntil ?? "") }));
};

/** @param {HTMLElement} root @param {string} name @param {() => unknown} act */
const onClick = (root, name, act) => {
  const button = buttonPart(root, name);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      say(asFailure(error).message);
    } finally {
      button.disabled = false;
    }
  });
};

/** @param {HTMLElement} root */
const listen = (root) => {
  const finishing = formOf(root, "finish");
  onSubmit(finishing, ({ secret }) =>
    proceed(root, finishing, (tell) => finish(secret.value, tell)),
  );
  const off = part(root, "off-form");
  onSubmit(off, () => switchItOff(off));
  onClick(root, "start", () => startKey(root));
  onClick(root, "start-over", () => startKey(root));
  onClick(root, "switch-on", async () => {
    await switchOnAgain();
    await wake();
    say(_("The backup is on again."));
  });
};

/** @param {HTMLElement} root */
const isBusy = (root) => ["key", "done"].some((name) => !find(root, `[data-step="${name}"]`).hidden);

/**
 * Show the page; "anew" is a new backup in the place of one that nothing opens any more.
 * @param {HTMLElement} root
 */
export const showBackup = (root, what = "") => {
  listen(root);
  hold(root);
  if (what === "anew") startKey(root, { freeze: true });
  else fill(root);
  device().then((mine) => {
    if (mine) put(root, "account", _("In the portal, in the account %(account)s", { account: mine.account }));
  });
  const ends = [showLine(part(root, "line")), onStatus(() => isBusy(root) || fill(root))];
  return () => ends.forEach((end) => end());
};
