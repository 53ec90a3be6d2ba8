// One account in the list: its names, its code, what is left of its time, and the code after it. A row far
// from what is seen has its names alone, which a search in the page and a screen reader find.
import { codeAt, grouped, isKnown, stepAt } from "../../otp/codes.js";
import { elementOf, linkPart, make, part, put } from "../../core/page/dom.js";
import { nameOf } from "../../accounts/entries.js";
import { standing } from "../../work/status.js";
import { _ } from "../../core/i18n.js";

const NEXT_FROM = 10_000; // milliseconds before the end of a code
const HOLD = 250; // milliseconds
const COVER = "•";
const DECIDES = /** @type {const} */ (["type", "secret", "algorithm", "digits", "period"]); // about its codes

export class Row {
  /**
   * `acts`: copy(entry, code), draw(entry), pin(entry), ask(entry), send(entry), moment(), and whether codes are `hidden`.
   * @param {Entry} entry
   * @param {RowActs} acts
   */
  constructor(entry, acts) {
    this.entry = entry;
    this.acts = acts;
    this.isWhole = false;
    this.isEnding = false;
    this.wasHeld = false;
    /** @type {number | null} */
    this.step = null;
    this.code = "";
    this.next = "";
    this.seconds = 0;
    this.isShown = !acts.hidden;
    this.element = make(
      "div",
      { class: "account", role: "listitem", "data-id": entry.id },
      make("b", { "data-part": "issuer", dir: "auto" }),
      make("span", { class: "soft small", "data-part": "label", dir: "auto" }),
    );
    this.nameIt();
  }

  /** Put everything into the row that its account has. */
  complete() {
    if (this.isWhole) return;
    this.isWhole = true;
    this.element.replaceChildren(...elementOf("row").childNodes);
    this.nameIt();
    this.listen();
    if (this.code) this.draw();
  }

  /**
   * Show this account as it is by now.
   * @param {Entry} entry
   */
  show(entry) {
    const before = this.entry;
    const isOther = DECIDES.some((name) => entry[name] !== before[name]);
    this.entry = entry;
    if (isOther) Object.assign(this, { step: null, code: "", next: "" });
    this.nameIt();
    if (this.isWhole) this.draw();
  }

  nameIt() {
    const { entry, element } = this;
    const name = nameOf(entry);
    put(element, "issuer", name);
    put(element, "label", entry.issuer ? entry.label : "");
    if (!this.isWhole) return;
    put(element, "medal", [...name][0].toUpperCase());
    put(element, "more-name", _("Edit %(name)s", { name }));
    put(element, "pin-name", _("Pin %(name)s", { name }));
    put(element, "copy-name", _("Copy the code of %(name)s", { name }));
    linkPart(element, "more").href = `#edit/${entry.id}`;
    part(element, "pin").setAttribute("aria-pressed", String(Boolean(entry.pinned)));
    const isCounted = entry.type === "hotp";
    part(element, "draw").hidden = !isCounted;
    part(element, "copy").hidden = !isKnown(entry) || (isCounted && !this.code);
    part(element, "countdown").hidden = isCounted || !isKnown(entry);
    part(element, "unknown").hidden = isKnown(entry) || Boolean(entry.work);
    part(element, "code-line").hidden = !isKnown(entry);
    this.sayWork();
  }

  /** Say what an account of an organisation needs. */
  sayWork() {
    const { entry, element } = this;
    if (!this.isWhole) return;
    const { words = "", act = "" } = standing(entry) ?? {};
    part(element, "work").hidden = !words;
    put(element, "work-words", words);
    part(element, "work-ask").hidden = act !== "ask";
    part(element, "work-scan").hidden = act !== "scan";
    part(element, "work-send").hidden = act !== "send";
  }

  listen() {
    const { element, acts } = this;
    part(element, "pin").addEventListener("click", () => acts.pin(this.entry));
    part(element, "draw").addEventListener("click", () => acts.draw(this.entry));
    part(element, "work-ask").addEventListener("click", () => acts.ask(this.entry));
    part(element, "work-send").addEventListener("click", () => acts.send(this.entry));
    const button = part(element, "copy");
    button.addEventListener("click", async () => {
      const { wasHeld } = this;
      this.wasHeld = false;
      if (wasHeld) return;
      await this.tick(acts.moment()); // never a code that ran out in a row that nobody saw
      acts.copy(this.entry, this.code);
    });
    if (acts.hidden) this.revealWhileHeld(button);
  }

  /** @param {HTMLButtonElement} button */
  revealWhileHeld(button) {
    /** @param {boolean} isShown */
    const show = (isShown) => {
      this.isShown = isShown;
      if (isShown) this.wasHeld = true;
      this.draw();
    };
    let timer = 0;
    const release = () => {
      clearTimeout(timer);
      if (this.isShown) show(false);
    };
    button.addEventListener("pointerdown", () => {
      this.wasHeld = false;
      timer = setTimeout(() => show(true), HOLD);
    });
    for (const name of ["pointerup", "pointercancel", "pointerleave", "keyup", "blur"]) {
      button.addEventListener(name, release);
    }
    button.addEventListener("contextmenu", (event) => event.preventDefault());
    button.addEventListener("keydown", (event) => {
      if (event.repeat && event.key === " " && !this.isShown) show(true);
    });
  }

  /**
   * Show the code of a counter that was just drawn.
   * @param {string} code
   */
  showDrawn(code) {
    this.code = code;
    this.isShown = true;
    this.complete();
    part(this.element, "copy").hidden = false;
    this.draw();
  }

  /**
   * Bring the row to this moment; computes codes only when their time has come.
   * @param {number} time
   */
  async tick(time) {
    const { entry } = this;
    if (entry.type === "hotp" || !isKnown(entry)) return;
    this.complete();
    const { step, left, length } = stepAt(entry, time);
    this.showLeft(left, length);
    if (step !== this.step) {
      this.step = step;
      const [code, next] = await Promise.all([codeAt(entry, step), codeAt(entry, step + 1)]);
      if (step !== this.step || entry !== this.entry) return;
      Object.assign(this, { code, next });
      this.draw();
    }
    this.showNext(left <= NEXT_FROM && left < length);
  }

  /** Out of sight: no code stays on the page that is not brought to its moment. */
  rest() {
    if (this.entry.type === "hotp") return;
    this.isShown = !this.acts.hidden; // no finger is lifted from a button that is gone
    Object.assign(this, { step: null, code: "", next: "" });
    if (this.isWhole) this.draw();
  }

  // Its room is there all the time: nothing moves when it comes, and no tap meets another row.
  /** @param {boolean} isDue */
  showNext(isDue) {
    part(this.element, "next").classList.toggle("due", isDue && this.isShown);
  }

  /** @param {number} left @param {number} length */
  showLeft(left, length) {
    const seconds = Math.ceil(left / 1000);
    if (seconds === this.seconds) return;
    this.seconds = seconds;
    const line = part(this.element, "left");
    const words = _("%(seconds)s s", { seconds });
    // Its text is written over: a new child would have the styles of the whole page judged again, for :empty.
    if (line.firstChild) line.firstChild.nodeValue = words;
    else line.textContent = words;
    line.style.setProperty("--left", String(left / length));
    const isEnding = left <= NEXT_FROM;
    if (isEnding !== this.isEnding) this.element.classList.toggle("ending", isEnding);
    this.isEnding = isEnding;
  }

  draw() {
    /** @param {string} code */
    const cover = (code) => (this.isShown ? code : COVER.repeat(code.length));
    part(this.element, "code").textContent = this.code ? grouped(cover(this.code)) : "";
    part(this.element, "next-code").textContent = this.next ? grouped(this.next) : "";
    if (!this.isShown) this.showNext(false);
  }
}
