// The backup's card in the settings: how it stands, and whether it would help today.
import { icon, make, part } from "../../core/page/dom.js";
import { current, subscribe } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { showLine } from "./status-bar.js";
import { backupOf, isOn } from "../sync/state.js";
import { onStatus } from "../sync/status.js";
import { openedAt } from "./unlock-methods-page.js";

const DAY = 86_400_000;
const PROVEN = 180 * DAY;
const FRESH = 7 * DAY;

/** @param {boolean} isRight @param {string} words */
const line = (isRight, words) => {
  const name = isRight ? "circle-check" : "triangle-alert";
  return make("li", { class: isRight ? "done" : "" }, icon(name), make("span", {}, words));
};

/** @param {Partial<Backup>} given @param {number} now */
const isProven = ({ slots = [] }, now) => slots.some((slot) => now - openedAt(slot) < PROVEN);

/** @param {Partial<Backup>} given @param {number} now */
const isFresh = ({ saved }, now) => now - Date.parse(saved ?? "") < FRESH;

/** @param {Partial<Backup>} backup @param {number} now */
const lines = (backup, now) => {
  const [proven, fresh] = [isProven(backup, now), isFresh(backup, now)];
  const many = (backup.slots ?? []).length > 1;
  return [
    line(
      proven,
      proven
        ? _("You opened the backup within the last half year.")
        : _("Nobody has opened the backup for half a year. Check your backup key."),
    ),
    line(
      fresh,
      fresh
        ? _("The backup is younger than a week.")
        : _("The backup is older than a week: nothing changed, or nothing was saved."),
    ),
    line(
      many,
      many
        ? _("There is more than one way to open it.")
        : _("Only the backup key opens it. Add another way."),
    ),
  ];
};

/**
 * Fill the card; gives the clean-up.
 * @param {HTMLElement} root
 */
export const showBackupCard = (root) => {
  const fill = () => {
    const doc = current();
    part(root, "ready").hidden = !isOn(doc);
    if (isOn(doc)) part(root, "ready").replaceChildren(...lines(backupOf(doc), Date.now()));
  };
  fill();
  const ends = [showLine(part(root, "backup")), onStatus(fill), subscribe(fill)];
  return () => ends.forEach((end) => end());
};
