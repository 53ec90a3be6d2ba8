// The page with the codes: search, tags, every account with its code.
import { asFailure } from "../core/refusal.js";
import { codeTime } from "../otp/clock.js";
import { codeAt } from "../otp/codes.js";
import { find, make, part } from "../core/page/dom.js";
import { draw, edit, living, nameOf, searcher, tagsOf } from "../accounts/entries.js";
import { hold, lazy, sayNoBackup } from "../core/page/router.js";
import { Rows } from "./list/rows.js";
import { say } from "../core/page/toast.js";
import { change, current, subscribe } from "../accounts/vault.js";
import { listen } from "../work/status.js";
import { _, n_ } from "../core/i18n.js";

const TICK = 1000; // milliseconds
const filter = { words: "", tag: "" };

/** @param {Entry} entry @param {string} code */
const copy = async (entry, code) => {
  try {
    await navigator.clipboard.writeText(code);
    say(_("The code of %(name)s is copied.", { name: nameOf(entry) }));
  } catch {
    say(_("The browser did not allow copying."));
  }
};

/** @param {Entry} entry */
const pin = async (entry) => {
  try {
    await change((doc) => edit(doc, entry.id, { pinned: !entry.pinned }));
  } catch (error) {
    say(asFailure(error).message);
  }
};

/**
 * Do something with the account of an organisation, and say how that went.
 * @param {"ask" | "prove"} name
 * @param {(name: string) => string} done
 */
const work = (name, done) => async (/** @type {Entry} */ entry) => {
  try {
    await (await import("../work/accounts.js"))[name](entry);
    say(done(nameOf(entry)));
  } catch (error) {
    say(asFailure(error).message);
  }
};
const ask = work("ask", (name) => _("%(name)s is asked for a new code.", { name }));
const send = work("prove", (name) => _("%(name)s is ready.", { name }));

/** The page: the rows, and what is searched for among them. */
class List {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Entry[]} */
    this.entries = [];
    this.drawnTags = "";
    /** @type {RowActs} */
    this.acts = { copy, pin, ask, send, draw: (entry) => this.drawCode(entry), moment: codeTime, hidden: false };
    this.rows = new Rows(part(root, "rows"), this.acts);
  }

  /**
   * Put the document on the page; rows whose account did not change stay as they are.
   * @param {VaultDocument} doc
   */
  fill(doc) {
    const hidden = Boolean(doc.settings.hidden);
    if (hidden !== this.acts.hidden) this.rows.clear();
    this.acts.hidden = hidden;
    this.entries = living(doc);
    this.rows.keepOnly(this.entries);
    const tags = tagsOf(doc);
    if (filter.tag && !tags.includes(filter.tag)) filter.tag = "";
    part(this.root, "empty").hidden = this.entries.length > 0;
    part(this.root, "tools").hidden = this.entries.length === 0;
    this.fillTags(tags);
    this.sift();
    this.rows.tick();
  }

  /** @param {string[]} tags */
  fillTags(tags) {
    const drawn = JSON.stringify([tags, filter.tag]);
    if (drawn === this.drawnTags) return;
    this.drawnTags = drawn;
    const place = part(this.root, "tags");
    const chips = ["", ...tags].map((tag) => {
      const chip = make("button", { type: "button", class: "chip" }, tag || _("All"));
      chip.setAttribute("aria-pressed", String(tag === filter.tag));
      chip.addEventListener("click", () => {
        filter.tag = tag;
        this.fillTags(tags);
        this.sift();
        find(place, "[aria-pressed=true]").focus();
      });
      return chip;
    });
    place.hidden = tags.length === 0;
    place.replaceChildren(...chips);
  }

  /** Show what is searched for. */
  sift() {
    const isSearching = Boolean(filter.words.trim() || filter.tag);
    const found = isSearching
      ? this.entries.filter(searcher(filter.words, filter.tag))
      : this.entries;
    this.rows.show(found);
    const words = found.length
      ? n_("%(count)s account found", "%(count)s accounts found", found.length)
      : _("No account fits.");
    part(this.root, "found").textContent = isSearching && this.entries.length ? words : "";
  }

  /** @param {Entry} entry */
  async drawCode(entry) {
    try {
      const counter = await change((doc) => draw(doc, entry.id));
      this.rows.get(entry.id)?.showDrawn(await codeAt(entry, counter));
    } catch (error) {
      say(asFailure(error).message);
    }
  }
}

const showBackup = lazy(async () => (await import("../backup/pages/status-bar.js")).showLine, sayNoBackup);

/**
 * Show the page.
 * @param {HTMLElement} root
 */
export const showCodes = (root) => {
  const list = new List(root);
  hold(root);
  const leaveBackup = showBackup(part(root, "backup"));
  const search = part(root, "search");
  search.value = filter.words;
  search.addEventListener("input", () => {
    filter.words = search.value;
    list.sift();
  });
  list.fill(current());
  let timer = 0;
  const beat = () => {
    clearTimeout(timer);
    if (document.hidden) return; // it goes on when it is seen again
    list.rows.tick();
    timer = setTimeout(beat, TICK - (codeTime() % TICK) + 5);
  };
  beat();
  document.addEventListener("visibilitychange", beat);
  const ends = [
    leaveBackup,
    subscribe((doc) => list.fill(doc)),
    listen(() => list.rows.sayWork()),
    () => document.removeEventListener("visibilitychange", beat),
    () => clearTimeout(timer),
    () => list.rows.end(),
  ];
  return () => ends.forEach((end) => end());
};
