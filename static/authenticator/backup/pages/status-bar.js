// The backup in one line at the top of the list, with what can be done about it.
import { asFailure } from "../../core/refusal.js";
import { icon, make, notice } from "../../core/page/dom.js";
import { say } from "../../core/page/toast.js";
import { current, subscribe } from "../../accounts/vault.js";
import { _, n_ } from "../../core/i18n.js";
import { forgetUnlinked } from "../portal/heartbeat.js";
import { saveNow, wake } from "../sync/sync.js";
import { leave } from "../sync/late.js";
import { isDue, rest } from "../sync/reminders.js";
import { currentStatus, onStatus, statusWords } from "../sync/status.js";

/** @type {Record<string, string>} */
const QUIET = { saved: "circle-check", saving: "refresh-cw", unsaved: "hourglass" };
/** @param {string} name @param {string} place */
const link = (name, place) => make("a", { class: "button", href: `#${place}` }, name);

/** @param {string} name @param {() => unknown} act */
const button = (name, act, kind = "button") => {
  const made = make("button", { type: "button", class: kind }, name);
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      await act();
    } catch (error) {
      say(asFailure(error).message);
    } finally {
      made.disabled = false;
    }
  });
  return made;
};

const leaveChanges = async () => {
  await leave();
  await wake();
  say(_("Left for the active phone: it asks before it takes them."));
};

/** @param {Status} given */
const late = ({ phone, changes }) =>
  n_(
    "Leave %(count)s change for %(phone)s",
    "Leave %(count)s changes for %(phone)s",
    Number(changes),
    { phone: phone || _("the active phone") },
  );

const again = () => [button(_("Try again"), wake)];

/**
 * What can be done about each kind of status.
 * @type {Record<string, (status: Status) => HTMLElement[]>}
 */
const ACTIONS = {
  gone: () => [
    link(_("Link this phone"), "link"),
    button(_("Close"), () => forgetUnlinked().then(wake), "link-button"),
  ],
  "unknown-phone": () => [link(_("Link this phone"), "link")],
  linked: () => [link(_("Switch backup on"), "backup")],
  elsewhere: () => [link(_("Begin recovery"), "recovery")],
  unfinished: () => [link(_("Finish it"), "backup")],
  off: () => [link(_("Switch it on again"), "backup")],
  other: (status) => [
    ...(status.changes ? [button(late(status), leaveChanges)] : []),
    link(_("Make this the active phone"), "recovery"),
  ],
  shrink: ({ after }) => [
    button(
      n_("Save %(count)s account", "Save %(count)s accounts", Number(after)),
      () => saveNow({ shrink: true }),
    ),
    link(_("Look at the versions"), "versions"),
  ],
  error: again,
  unsaved: ({ why }) => (why ? again() : []),
};

/** @param {Status} status */
const quiet = (status) =>
  make(
    "p",
    { class: `backup-line soft small ${status.kind}` },
    icon(QUIET[status.kind]),
    make("span", {}, statusWords(status)),
  );

/**
 * A notice with buttons under its words.
 * @param {string} tone
 * @param {string} words
 * @param {...HTMLElement} buttons
 */
const offer = (tone, words, ...buttons) => {
  const made = notice(tone, words);
  if (buttons.length) made.lastElementChild?.append(make("div", { class: "actions" }, ...buttons));
  return made;
};

/** @param {Status} given */
const isQuiet = ({ kind, why }) => kind in QUIET && !why;

/** @param {Status} status */
const lineOf = (status) => {
  if (isQuiet(status)) return quiet(status);
  const tone = status.kind === "error" ? "loss" : "look";
  return offer(tone, statusWords(status), ...(ACTIONS[status.kind]?.(status) ?? []));
};

/** @param {"alone" | "check"} name @param {() => void} redraw */
const notNow = (name, redraw) =>
  button(_("Not now"), () => rest(name).then(redraw), "link-button");

/**
 * What the person is reminded of: no backup at all, changes of another phone, the monthly check.
 * @param {Status} status
 * @param {() => void} redraw
 */
const reminders = async (status, redraw) => {
  const doc = current();
  if (status.kind === "alone" && (await isDue("alone", doc))) {
    const words = _("Without a backup a lost phone takes these codes with it.");
    return [offer("look", words, link(_("Link this phone"), "link"), notNow("alone", redraw))];
  }
  if (status.kind !== "saved") return [];
  if (status.late) {
    const words = _("A phone that is not the active one left changes for this one.");
    return [offer("look", words, link(_("Look at them"), "late"))];
  }
  if (!(await isDue("check", doc))) return [];
  const words = _("Can you still open your backup? It takes a minute, and your backup key.");
  return [offer("look", words, link(_("Check it"), "check"), notNow("check", redraw))];
};

/** @param {Status} given */
const isShown = ({ kind }) => !["alone", "unknown"].includes(kind);

/**
 * Draw the line into `place` and keep it true; gives the clean-up.
 * @param {HTMLElement} place
 */
export const showLine = (place) => {
  let turn = 0;
  const redraw = async () => {
    const mine = (turn += 1);
    const status = currentStatus();
    const more = await reminders(status, redraw);
    if (mine !== turn) return;
    if (status.kind !== "unknown") place.dispatchEvent(new Event("drawn", { bubbles: true }));
    const made = make("div", {}, ...(isShown(status) ? [lineOf(status)] : []), ...more);
    if (made.textContent === place.textContent) return; // what has the focus keeps it
    place.replaceChildren(...made.childNodes);
  };
  redraw();
  const ends = [onStatus(redraw), subscribe(redraw)];
  return () => {
    turn += 1;
    for (const end of ends) end();
  };
};
