// The start of the app: opens what is on the phone, then lets the address decide what is shown.
import "./backup/arrive.js";
import { showAdd } from "./add.js";
import { isCertain, measure, now } from "./clock.js";
import { notice } from "./dom.js";
import { showEdit, showTrash } from "./edit.js";
import { hasOverdue, living, purge } from "./entries.js";
import { showExport } from "./export.js";
import { showImport } from "./import.js";
import { showCodes } from "./list.js";
import { askForPassphrase, askToUnlock, lockWhenHidden, showLock } from "./lock.js";
import { showPreview } from "./preview.js";
import { page, start } from "./router.js";
import { showScan } from "./scan.js";
import { clockWords, showSettings } from "./settings.js";
import { keepOffline } from "./shell.js";
import { ribbonWords, showTrouble } from "./trouble.js";
import { change, current, load, lockRow } from "./vault.js";

const TROUBLE = ["keyless", "damaged", "unusable"];
const ribbons = document.getElementById("ribbons");

page("codes", showCodes);
page("add", showAdd);
page("edit", showEdit);
page("trash", showTrash);
page("settings", showSettings);
page("scan", showScan);
page("import", showImport);
page("preview", showPreview);
page("export", showExport);
page("lock", showLock);

const ribbon = (id, words) => {
  document.getElementById(id)?.remove();
  if (!words) return;
  const line = notice("look", words);
  line.id = id;
  ribbons.append(line);
};

// Only by the portal's time: a phone whose clock is years ahead would empty the trash.
const emptyTrash = () => {
  if (isCertain() && hasOverdue(current(), now())) {
    change((doc) => purge(doc, now())).catch(() => {});
  }
};

const checkClock = async () => {
  if (await measure()) ribbon("clock", clockWords());
  emptyTrash();
};

const veil = () => document.body.classList.toggle("veiled", document.hidden);

const begin = (found) => {
  ribbon("found", ribbonWords(found));
  start();
  emptyTrash();
  if (living(current()).length) navigator.storage?.persist?.().catch(() => {});
};

const show = (found) => {
  if (TROUBLE.includes(found.kind)) showTrouble(found.kind, () => begin({ kind: "new" }));
  else begin(found);
};

const open = async () => {
  const found = await load().catch(() => ({ kind: "unusable" }));
  if (found.kind === "bare") return askForPassphrase(() => begin({ kind: "new" }));
  if (found.kind === "locked") return askToUnlock(found.lock, show);
  const lock = found.kind === "unusable" ? null : await lockRow();
  return lock ? askToUnlock(lock, () => show(found)) : show(found);
};

document.addEventListener("visibilitychange", () => {
  veil();
  if (!document.hidden) checkClock();
});
window.addEventListener("online", checkClock);
document.getElementById("main").removeAttribute("aria-busy");
lockWhenHidden();
await open();
checkClock();
keepOffline();
