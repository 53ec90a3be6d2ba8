// The start of the app: opens what is on the phone, then lets the address decide what is shown.
import "./backup/portal/url-code.js";
import { isCertain, measure, now, recall } from "./otp/clock.js";
import { notice } from "./core/page/dom.js";
import { hasOverdue, living, purge } from "./accounts/entries.js";
import { showCodes } from "./pages/list.js";
import { isTooLate, offered, PATIENCE, persist, within } from "./core/patience.js";
import { isWork } from "./lk1/document.js";
import { askToUnlock, lockWhenHidden } from "./lock/unlock-page.js";
import { namePages } from "./recovery/pages/index.js";
import { firstPage } from "./recovery/pages/welcome-page.js";
import { Refusal } from "./core/refusal.js";
import { isShown, lazy, page, start } from "./core/page/router.js";
import { keepOffline } from "./core/page/service-worker-client.js";
import { clockNotice, ribbonWords, showTrouble } from "./pages/error-pages.js";
import { change, current, load, lockRow } from "./accounts/vault.js";
import { _ } from "./core/i18n.js";

const TROUBLE = ["keyless", "damaged", "unusable", "stuck", "failed"];
const BEAT = 15 * 60_000; // milliseconds between two calls to the portal
const ribbons = /** @type {HTMLElement} */ (document.getElementById("ribbons"));

page("codes", showCodes);
page("add", lazy(async () => (await import("./pages/add.js")).showAdd));
page("edit", lazy(async () => (await import("./pages/edit.js")).showEdit));
page("trash", lazy(async () => (await import("./pages/edit.js")).showTrash));
page("settings", lazy(async () => (await import("./pages/settings.js")).showSettings));
page("scan", lazy(async () => (await import("./pages/scan.js")).showScan));
page("import", lazy(async () => (await import("./pages/import.js")).showImport));
page("preview", lazy(async () => (await import("./pages/preview.js")).showPreview));
page("export", lazy(async () => (await import("./pages/export.js")).showExport));
page("lock", lazy(async () => (await import("./pages/lock-settings-page.js")).showLock));
page("link", lazy(async () => (await import("./backup/pages/link-page.js")).showLink));
page("backup", lazy(async () => (await import("./backup/pages/backup-page.js")).showBackup));
page(
  "unlock-methods",
  lazy(async () => (await import("./backup/pages/unlock-methods-page.js")).showUnlockMethods),
);
page("backup-key", lazy(async () => (await import("./backup/pages/key-page.js")).showNewKey));
page("check", lazy(async () => (await import("./backup/pages/key-page.js")).showCheck));
page("versions", lazy(async () => (await import("./backup/pages/versions-page.js")).showVersions));
page("version", lazy(async () => (await import("./backup/pages/versions-page.js")).showVersion));
page("work", lazy(async () => (await import("./work/page.js")).showWork));
page("late", lazy(async () => (await import("./backup/pages/late-page.js")).showLate));
namePages();

/** @param {string} id @param {HTMLElement | null} line */
const ribbon = (id, line) => {
  document.getElementById(id)?.remove();
  if (!line) return;
  line.id = id;
  ribbons.append(line);
};

// Only by the portal's time: a phone whose clock is years ahead would empty the trash.
const emptyTrash = () => {
  if (isCertain() && hasOverdue(current(), now())) {
    change((doc) => purge(doc, now()), { isWhole: true }).catch(() => {}); // at the next look at the clock
  }
};

const showClock = () => ribbon("clock", clockNotice(showClock));

const checkClock = async () => {
  if (await measure()) showClock();
  emptyTrash();
};

let endCalls = () => {};

/** A phone that is locked still hears whether it was unlinked. */
const listenWhileLocked = async () => {
  const { callWhileLocked } = await import("./backup/portal/heartbeat.js");
  endCalls = callWhileLocked(BEAT);
};

const MISSING = () =>
  _("The part of the app that keeps the backup is missing. Load the app again.");

/** The backup keeps itself up to date, or it is said why not. */
const keepBackup = () =>
  persist(startBackup, (isDone, error) => {
    const words = () => (error instanceof Refusal ? error.message : MISSING());
    ribbon("no-backup", isDone ? null : notice("look", words()));
  });

const startBackup = async () => {
  endCalls();
  const { startEngine } = await import("./backup/sync/sync.js");
  await startEngine();
  await refreshWork();
};

/** How accounts of organisations stand; without the network they stand as they did. */
const refreshWork = async () => {
  const { refresh } = await import("./work/accounts.js");
  await refresh().catch(() => {});
};

const lookAgain = () => {
  if (current().entries.some(isWork)) refreshWork().catch(() => {});
};

// Only in the place of the list: whoever asked for another page gets it.
/** @param {Found} found */
const greet = async (found) => {
  const { hash } = location;
  if (!["", "#codes"].includes(hash)) return;
  const first = await firstPage(found).catch(() => "");
  const isAsked = hash === "#codes" && first === "welcome";
  const hasLeft = location.hash !== hash;
  if (first && !isAsked && !hasLeft) history.replaceState(null, "", `#${first}`);
};

/** @param {Found} found */
const begin = async (found) => {
  const words = ribbonWords(found);
  ribbon("found", words ? notice("look", words) : null);
  await greet(found);
  start();
  keepBackup();
  emptyTrash();
  if (living(current()).length) offered("storage")?.persist?.().catch(() => {}); // asked in settings
};

/** @param {Found} found */
const show = (found) => {
  if (TROUBLE.includes(found.kind)) showTrouble(found.kind, () => begin({ kind: "new" }));
  else begin(found);
};

/**
 * @template T
 * @param {Promise<T>} module
 */
const fetched = (module) => within(PATIENCE.script, "the page", module);

/**
 * Whatever goes wrong on the way: the page never stays empty.
 * @param {Failure} error
 */
const sayStuck = (error) => {
  if (isShown()) return;
  showTrouble(isTooLate(error) ? "stuck" : "failed", () => location.reload());
};

const open = async () => {
  const found = await load().catch((error) => ({ kind: isTooLate(error) ? "stuck" : "unusable" }));
  if (found.kind === "bare") {
    const { askForPassphrase } = await fetched(import("./pages/lock-settings-page.js"));
    return askForPassphrase(() => begin({ kind: "new" }));
  }
  if (found.kind === "erased") {
    return (await fetched(import("./backup/pages/erased-page.js"))).showErased(found.note);
  }
  if (found.kind === "away") {
    const { showAway } = await fetched(import("./backup/pages/erased-page.js"));
    return showAway(found.away, BEAT);
  }
  if (found.kind === "locked") {
    persist(listenWhileLocked);
    return askToUnlock(found.lock, show);
  }
  const lock = ["unusable", "stuck"].includes(found.kind) ? null : await lockRow();
  if (lock) persist(listenWhileLocked);
  return lock ? askToUnlock(lock, () => show(found)) : show(found);
};

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  checkClock();
  lookAgain();
});
window.addEventListener("online", checkClock);
window.addEventListener("online", lookAgain);
lockWhenHidden();
recall().then(showClock);
await open().catch((error) => {
  sayStuck(error);
  console.error(error);
});
checkClock();
keepOffline((isKept) => {
  const words = _("The app isn't kept on this phone for use without the network yet: a part of it did not arrive. It is tried again.");
  ribbon("offline", isKept ? null : notice("look", words));
});
