// The backup key: shown once, copied, printed or saved, and typed back in part.
import { fieldOf, make, onSubmit, part, put } from "../../core/page/dom.js";
import { newBackupKey } from "../../lk1/backup-key.js";
import { Refusal } from "../../core/refusal.js";
import { _, moment } from "../../core/i18n.js";

const ASKED = 2; // groups to type back
/** @type {Record<string, string>} */
const SLIPS = { O: "0", I: "1", L: "1" };

/** @param {string} text */
const cleaned = (text) =>
  [...text.normalize("NFKC").toUpperCase().replace(/[\s\p{Pd}]/gu, "")]
    .map((letter) => SLIPS[letter] ?? letter)
    .join("");

/**
 * Two different places out of so many, in order.
 * @param {number} count
 */
const drawn = (count) => {
  const places = [...Array(count).keys()];
  const random = crypto.getRandomValues(new Uint32Array(ASKED));
  const chosen = [...random].map((number) => places.splice(number % places.length, 1)[0]);
  return chosen.sort((a, b) => a - b);
};

/** @param {HTMLElement} root @param {string} key */
const sheetText = (root, key) =>
  [part(root, "sheet-title").textContent, moment(Date.now()), "", key, ""].join("\n");

/** @param {HTMLElement} root @param {string} key */
const saveFile = (root, key) => {
  const url = URL.createObjectURL(new Blob([sheetText(root, key)], { type: "text/plain" }));
  make("a", { href: url, download: part(root, "sheet").dataset.file ?? "" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** @param {HTMLElement} root @param {string} key */
const copy = async (root, key) => {
  try {
    await navigator.clipboard.writeText(key);
    put(root, "copied", _("Copied. Paste it where only you can read it, not into this phone alone."));
  } catch {
    put(root, "copied", _("The browser did not allow copying. Select the key instead."));
  }
};

/** @param {HTMLFormElement} form @param {number} at */
const groupField = (form, at) =>
  /** @type {HTMLInputElement} */ (fieldOf(form, `group-${at}`));

/** @param {HTMLFormElement} form @param {string[]} groups */
const ask = (form, groups) => {
  const places = drawn(groups.length - 1); // the last one is short
  places.forEach((place, at) => {
    put(form, `label-${at}`, _("Group %(number)s", { number: place + 1 }));
    groupField(form, at).value = "";
  });
  return places;
};

/** @param {HTMLFormElement} form @param {string[]} groups @param {number[]} places */
const judge = (form, groups, places) => {
  places.forEach((place, at) => {
    if (cleaned(groupField(form, at).value) === groups[place]) return;
    throw new Refusal(
      _("This is not group %(number)s of your key. Look at your copy.", { number: place + 1 }),
      `group-${at}`,
    );
  });
};

/**
 * Show a new key in the cards of `_backup_key.html`; `typed(key)` is called once two groups of it
 * were typed back right. What it throws is shown at the form.
 * @param {HTMLElement} root
 * @param {(key: string) => unknown} typed
 */
export const showKey = async (root, typed) => {
  const key = await newBackupKey();
  const groups = key.split("-");
  const [sheet, form] = [part(root, "sheet"), part(root, "typed")];
  part(root, "key").replaceChildren(...groups.map((group) => make("li", {}, make("b", {}, group))));
  put(root, "sheet-date", moment(Date.now()));
  part(root, "copy").addEventListener("click", () => copy(root, key));
  part(root, "print").addEventListener("click", () => window.print());
  part(root, "save").addEventListener("click", () => saveFile(root, key));
  /** @type {number[]} */
  let places = [];
  const turn = (/** @type {boolean} */ isTyping) => {
    sheet.hidden = isTyping;
    form.hidden = !isTyping;
  };
  part(root, "noted").addEventListener("click", () => {
    places = ask(form, groups);
    turn(true);
    groupField(form, 0).focus();
  });
  part(root, "again").addEventListener("click", () => turn(false));
  onSubmit(form, async () => {
    judge(form, groups, places);
    await typed(key);
  });
  turn(false);
  part(root, "sheet-heading").focus();
};
