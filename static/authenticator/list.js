// The page with the codes: search, tags, every account with its code.
import { codeTime } from "./clock.js";
import { codeAt } from "./codes.js";
import { make, part } from "./dom.js";
import { draw, edit, fits, living, nameOf, tagsOf } from "./entries.js";
import { hold, lazy } from "./router.js";
import { Row } from "./row.js";
import { say } from "./toast.js";
import { change, current, subscribe } from "./vault.js";
import { listen } from "./work/standing.js";
import { _, n_ } from "./words.js";

const TICK = 1000; // milliseconds
const filter = { words: "", tag: "" };

const copy = async (entry, code) => {
  try {
    await navigator.clipboard.writeText(code);
    say(_("The code of %(name)s is copied.", { name: nameOf(entry) }));
  } catch {
    say(_("The browser did not allow copying."));
  }
};

const pin = async (entry) => {
  try {
    await change((doc) => edit(doc, entry.id, { pinned: !entry.pinned }));
  } catch (error) {
    say(error.message);
  }
};

/** Do something with the account of an organisation, and say how that went. */
const work = (name, done) => async (entry) => {
  try {
    await (await import("./work/accounts.js"))[name](entry);
    say(done(nameOf(entry)));
  } catch (error) {
    say(error.message);
  }
};
const ask = work("ask", (name) => _("%(name)s is asked for a new code.", { name }));
const send = work("prove", (name) => _("%(name)s is ready.", { name }));

/** The list on the page: rows by the account they show. */
class List {
  constructor(root) {
    this.root = root;
    this.rows = new Map();
    this.drawn = new Map();
    this.acts = { copy, pin, ask, send, draw: (entry) => this.drawCode(entry), hidden: false };
  }

  /** Put the document on the page; rows whose account did not change stay as they are. */
  fill(doc) {
    const hidden = Boolean(doc.settings.hidden);
    if (hidden !== this.acts.hidden) this.rows.clear();
    this.acts.hidden = hidden;
    const entries = living(doc);
    if (filter.tag && !tagsOf(doc).includes(filter.tag)) filter.tag = "";
    const rows = entries.map((entry) => this.rowOf(entry));
    this.rows = new Map(rows.map((row) => [row.entry.id, row]));
    this.place(rows);
    part(this.root, "empty").hidden = entries.length > 0;
    part(this.root, "tools").hidden = entries.length === 0;
    this.fillTags(tagsOf(doc));
    this.sift();
    this.tick();
  }

  /** Put the rows on the page; what had the focus keeps it, though its row be another one. */
  place(rows) {
    const focused = document.activeElement;
    const id = focused?.closest?.(".account")?.dataset.id;
    part(this.root, "rows").replaceChildren(...rows.map((row) => row.element));
    const row = id && this.rows.get(id);
    if (row) part(row.element, focused.dataset.part)?.focus({ preventScroll: true });
  }

  rowOf(entry) {
    const before = this.rows.get(entry.id);
    if (before && before.entry.revision === entry.revision) return before;
    const row = new Row(entry, this.acts);
    if (this.drawn.has(entry.id)) row.showDrawn(this.drawn.get(entry.id));
    return row;
  }

  fillTags(tags) {
    const place = part(this.root, "tags");
    const chips = ["", ...tags].map((tag) => {
      const chip = make("button", { type: "button", class: "chip" }, tag || _("All"));
      chip.setAttribute("aria-pressed", String(tag === filter.tag));
      chip.addEventListener("click", () => {
        filter.tag = tag;
        this.fillTags(tags);
        this.sift();
        place.querySelector("[aria-pressed=true]").focus();
      });
      return chip;
    });
    place.hidden = tags.length === 0;
    place.replaceChildren(...chips);
  }

  /** Hide what is not searched for. */
  sift() {
    let shown = 0;
    for (const row of this.rows.values()) {
      const is = fits(row.entry, filter.words, filter.tag);
      row.element.hidden = !is;
      shown += Number(is);
    }
    const isSearching = Boolean(filter.words.trim() || filter.tag);
    const words = shown
      ? n_("%(count)s account found", "%(count)s accounts found", shown)
      : _("No account fits.");
    part(this.root, "found").textContent = isSearching && this.rows.size ? words : "";
  }

  sayWork() {
    for (const row of this.rows.values()) row.sayWork();
  }

  async drawCode(entry) {
    try {
      const counter = await change((doc) => draw(doc, entry.id));
      this.drawn.set(entry.id, await codeAt(entry, counter));
      this.rows.get(entry.id)?.showDrawn(this.drawn.get(entry.id));
    } catch (error) {
      say(error.message);
    }
  }

  tick() {
    const time = codeTime();
    for (const row of this.rows.values()) row.tick(time);
  }
}

const showBackup = lazy(async () => (await import("./backup/line.js")).showLine, () => {});

/** Show the page. */
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
  const unsubscribe = subscribe((doc) => list.fill(doc));
  const unlisten = listen(() => list.sayWork());
  let timer = 0;
  const beat = () => {
    list.tick();
    timer = setTimeout(beat, TICK - (codeTime() % TICK) + 5);
  };
  beat();
  return () => {
    clearTimeout(timer);
    unsubscribe();
    leaveBackup();
  };
};
