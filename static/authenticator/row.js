// One account in the list: its names, its code, what is left of its time, and the code after it.
import { codeAt, grouped, isKnown, stepAt } from "./codes.js";
import { copyOf, part, put } from "./dom.js";
import { nameOf } from "./entries.js";
import { standing } from "./work/standing.js";
import { _ } from "./words.js";

const NEXT_FROM = 10_000; // milliseconds before the end of a code
const HOLD = 250; // milliseconds
const COVER = "•";

export class Row {
  /** `acts`: copy(entry, code), draw(entry), pin(entry), ask(entry), send(entry), and whether codes are `hidden`. */
  constructor(entry, acts) {
    Object.assign(this, { entry, acts, step: null, code: "", next: "", isShown: !acts.hidden });
    this.element = copyOf("row").firstElementChild;
    this.element.dataset.id = entry.id;
    this.nameIt();
    this.listen();
  }

  nameIt() {
    const { entry, element } = this;
    const name = nameOf(entry);
    put(element, "medal", [...name][0].toUpperCase());
    put(element, "issuer", name);
    put(element, "label", entry.issuer ? entry.label : "");
    put(element, "more-name", _("Edit %(name)s", { name }));
    put(element, "pin-name", _("Pin %(name)s", { name }));
    put(element, "copy-name", _("Copy the code of %(name)s", { name }));
    part(element, "more").href = `#edit/${entry.id}`;
    part(element, "pin").setAttribute("aria-pressed", String(Boolean(entry.pinned)));
    const isCounted = entry.type === "hotp";
    part(element, "draw").hidden = !isCounted;
    part(element, "copy").hidden = isCounted || !isKnown(entry);
    part(element, "left").hidden = isCounted || !isKnown(entry);
    if (!isKnown(entry)) {
      part(element, "unknown").hidden = Boolean(entry.work);
      part(element, "code-line").hidden = true;
    }
    this.sayWork();
  }

  /** Say what an account of an organisation needs. */
  sayWork() {
    const { entry, element } = this;
    const { words = "", act = "" } = standing(entry) ?? {};
    part(element, "work").hidden = !words;
    put(element, "work-words", words);
    part(element, "work-ask").hidden = act !== "ask";
    part(element, "work-scan").hidden = act !== "scan";
    part(element, "work-send").hidden = act !== "send";
  }

  listen() {
    const { element, acts, entry } = this;
    part(element, "pin").addEventListener("click", () => acts.pin(entry));
    part(element, "draw").addEventListener("click", () => acts.draw(entry));
    part(element, "work-ask").addEventListener("click", () => acts.ask(entry));
    part(element, "work-send").addEventListener("click", () => acts.send(entry));
    const button = part(element, "copy");
    button.addEventListener("click", () => {
      if (!this.wasHeld) acts.copy(entry, this.code);
      this.wasHeld = false;
    });
    if (acts.hidden) this.revealWhileHeld(button);
  }

  revealWhileHeld(button) {
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

  /** Show the code of a counter that was just drawn. */
  showDrawn(code) {
    this.code = code;
    this.isShown = true;
    part(this.element, "copy").hidden = false;
    this.draw();
  }

  /** Bring the row to this moment; computes codes only when their time has come. */
  async tick(time) {
    const { entry } = this;
    if (entry.type === "hotp" || !isKnown(entry)) return;
    const { step, left, length } = stepAt(entry, time);
    this.showLeft(left, length);
    if (step !== this.step) {
      this.step = step;
      const [code, next] = await Promise.all([codeAt(entry, step), codeAt(entry, step + 1)]);
      if (step !== this.step) return;
      Object.assign(this, { code, next });
      this.draw();
    }
    const line = part(this.element, "next");
    line.hidden = left > NEXT_FROM || left === length || !this.isShown;
  }

  showLeft(left, length) {
    const seconds = Math.ceil(left / 1000);
    put(this.element, "left", _("%(seconds)s s", { seconds }));
    this.element.style.setProperty("--left", String(left / length));
    this.element.classList.toggle("ending", left <= NEXT_FROM);
  }

  draw() {
    const cover = (code) => (this.isShown ? code : COVER.repeat(code.length));
    put(this.element, "code", grouped(cover(this.code)));
    put(this.element, "next-code", this.next ? grouped(this.next) : "");
    if (!this.isShown) part(this.element, "next").hidden = true;
  }
}

