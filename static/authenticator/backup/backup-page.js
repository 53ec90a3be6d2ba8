// The page about the backup: how it stands, switching it on, and off.
import { onSubmit, part, put } from "../dom.js";
import { Refusal } from "../refusal.js";
import { hold } from "../router.js";
import { say } from "../toast.js";
import { current } from "../vault.js";
import { _, moment, n_ } from "../words.js";
import { device } from "./device.js";
import { wake } from "./engine.js";
import { showKey } from "./key-steps.js";
import { showLine } from "./line.js";
import { currentStatus, onStatus } from "./status.js";
import { finish, switchOff, switchOn, switchOnAgain } from "./switch.js";

const show = (root, name) => {
  for (const each of root.querySelectorAll("[data-step]")) each.hidden = each.dataset.step !== name;
};

const focus = (root, name) => root.querySelector(`[data-step="${name}"] [tabindex]`)?.focus();

const STAGES = ["send", "fetch", "open"];

/** Mark how far it is: what is done, and what is going on. */
const mark = (root, stage) => {
  const at = STAGES.indexOf(stage);
  STAGES.forEach((name, place) => {
    part(root, `stage-${name}`).className = place < at || stage === "done" ? "done" : "";
  });
};

const done = (root) => {
  mark(root, "done");
  const { accounts } = current().backup;
  put(
    root,
    "done-words",
    n_(
      "%(count)s account was sent, fetched again and opened with your backup key.",
      "%(count)s accounts were sent, fetched again and opened with your backup key.",
      accounts,
    ),
  );
  show(root, "done");
  focus(root, "done");
};

/** Switch it on by `act(tell)` and show how far it is. */
const proceed = async (root, form, act) => {
  form.append(part(root, "stages"));
  part(root, "stages").hidden = false;
  await act((stage) => mark(root, stage));
  await wake();
  done(root);
};

const startKey = (root, how) => {
  show(root, "key");
  const place = root.querySelector("[data-step=key]");
  const form = part(place, "typed");
  showKey(place, (key) => proceed(root, form, (tell) => switchOn(key, tell, how)));
};

const switchItOff = async (form) => {
  const { word } = form.elements;
  if (word.value.trim().toLowerCase() !== form.dataset.word) {
    throw new Refusal(_("Type the word “%(word)s”.", { word: form.dataset.word }), "word");
  }
  await switchOff();
  await wake();
  say(_("The backup is off."));
};

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

const fill = async (root) => {
  const name = BY_KIND[currentStatus().kind] ?? "on";
  show(root, name);
  part(root, "line").hidden = !["on", "other"].includes(name);
  if (name !== "off") return;
  const { offUntil } = current().backup;
  put(root, "off-words", _("What was saved is kept until %(date)s, then it goes.", { date: moment(offUntil) }));
};

const onClick = (root, name, act) =>
  part(root, name).addEventListener("click", async ({ currentTarget }) => {
    currentTarget.disabled = true;
    try {
      await act();
    } catch (error) {
      say(error.message);
    } finally {
      currentTarget.disabled = false;
    }
  });

const listen = (root) => {
  const finishing = root.querySelector("form[data-step=finish]");
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

const isBusy = (root) => ["key", "done"].some((name) => !root.querySelector(`[data-step="${name}"]`).hidden);

/** Show the page; "anew" is a new backup in the place of one that nothing opens any more. */
export const showBackup = (root, what = "") => {
  listen(root);
  hold(root);
  if (what === "anew") startKey(root, { freeze: true });
  else fill(root);
  device().then((mine) => {
    if (mine) put(root, "account", _("In the portal, in the account %(account)s", mine));
  });
  const ends = [showLine(part(root, "line")), onStatus(() => isBusy(root) || fill(root))];
  return () => ends.forEach((end) => end());
};
