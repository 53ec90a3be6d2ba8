// One line at the foot of the page: what happened, and how to take it back.
import { asFailure } from "../refusal.js";
import { icon, make } from "./dom.js";
import { _ } from "../i18n.js";

const place = /** @type {HTMLElement} */ (document.getElementById("toast"));
let ends = 0;

/** Take the line away. */
export const hush = () => {
  clearTimeout(ends);
  place.replaceChildren();
};

/** @param {string} name @param {() => unknown} act */
const button = (name, act) => {
  const made = make("button", { type: "button", class: "link-button" }, name);
  made.addEventListener("click", act);
  return made;
};

/**
 * Say it; with `undo` there is a button, and the line stays until it is dismissed.
 * @param {string} message
 * @param {(() => unknown) | null} [undo]
 */
export const say = (message, undo = null) => {
  hush();
  const line = make("p", {}, message);
  if (!undo) {
    place.append(line);
    ends = setTimeout(hush, 6000);
    return;
  }
  const takeBack = button(_("Undo"), async () => {
    hush();
    try {
      await undo();
      say(_("Taken back."));
    } catch (error) {
      say(asFailure(error).message);
    }
  });
  const close = make("button", { type: "button", class: "round", "aria-label": _("Close") });
  close.append(icon("x"));
  close.addEventListener("click", hush);
  place.append(line, takeBack, close);
};

// What it covers can be seen without leaving where one is.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hush();
});
