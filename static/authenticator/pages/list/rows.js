// The rows of the list. They stand in blocks, and the browser lays out only the blocks near the viewport, so a code
// that changes costs a layout of one block. The first block is drawn at once, the others in slices. Rows near the
// viewport have all their parts, and only those tick.
import { make, part } from "../../core/page/dom.js";
import { Row } from "./row.js";

const BLOCK = 48; // rows: more than most screens show, and full lines with one to four columns
const SLICE = 5; // blocks
const NEAR = "50% 0px"; // of a screen, above and below

/**
 * Work that can wait until the page was drawn; gives what ends it.
 * @param {() => void} act
 */
const soon = (act) => {
  const timer = setTimeout(act);
  return () => clearTimeout(timer);
};

export class Rows {
  /**
   * `place` is the list on the page; `acts` are those of a row.
   * @param {HTMLElement} place
   * @param {RowActs} acts
   */
  constructor(place, acts) {
    this.place = place;
    this.acts = acts;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {Set<Row>} */
    this.near = new Set();
    this.cancel = () => {};
    this.filled = 0; // rows that are on the page
    this.watcher = new IntersectionObserver((seen) => this.look(seen), { rootMargin: NEAR });
  }

  /**
   * The row of an account, if there is one yet.
   * @param {string} id
   */
  get(id) {
    return this.rows.get(id);
  }

  /** Every row is made again, as when codes are to be covered. */
  clear() {
    this.end();
    this.rows.clear();
    this.near.clear();
    this.filled = 0;
    this.cut(0);
    this.watcher = new IntersectionObserver((seen) => this.look(seen), { rootMargin: NEAR });
  }

  end() {
    this.cancel();
    this.watcher.disconnect();
  }

  /** @param {IntersectionObserverEntry[]} seen */
  look(seen) {
    for (const { target, isIntersecting } of seen) {
      const row = this.rows.get(target.getAttribute("data-id") ?? "");
      if (!row) continue;
      if (isIntersecting) {
        this.near.add(row);
        row.complete();
        row.tick(this.acts.moment());
      } else if (this.near.delete(row)) {
        row.rest();
      }
    }
  }

  /** @param {Entry} entry */
  rowOf(entry) {
    const before = this.rows.get(entry.id);
    if (before) {
      if (before.entry.revision !== entry.revision) before.show(entry);
      return before;
    }
    const row = new Row(entry, this.acts);
    this.rows.set(entry.id, row);
    this.watcher.observe(row.element);
    return row;
  }

  /**
   * Forget the rows of accounts that are no longer in the list.
   * @param {Entry[]} entries
   */
  keepOnly(entries) {
    if (this.rows.size <= entries.length && entries.every(({ id }) => this.rows.has(id))) return;
    const ids = new Set(entries.map(({ id }) => id));
    for (const [id, row] of this.rows) {
      if (ids.has(id)) continue;
      this.watcher.unobserve(row.element);
      this.near.delete(row);
      this.rows.delete(id);
    }
  }

  /**
   * Show the rows of these accounts in this order; what has the focus keeps it.
   * @param {Entry[]} entries
   */
  show(entries) {
    this.cancel();
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    const focused = this.place.contains(active) ? active : null;
    const isOther = this.filled === 0 || Math.abs(this.filled - entries.length) > BLOCK;
    if (isOther) this.cut(1);
    this.fill(entries, 0, isOther ? 1 : Infinity);
    this.focusAgain(focused);
  }

  /** @param {HTMLElement | null} focused */
  focusAgain(focused) {
    if (!focused || document.activeElement === focused) return;
    const row = this.rows.get(focused.closest(".account")?.getAttribute("data-id") ?? "");
    if (row?.element.isConnected) part(row.element, focused.dataset.part ?? "")?.focus({ preventScroll: true });
  }

  /**
   * Fill the blocks from this one on: so many now, the others soon.
   * @param {Entry[]} entries
   * @param {number} from
   * @param {number} most
   */
  fill(entries, from, most) {
    const count = Math.ceil(entries.length / BLOCK);
    const end = Math.min(count, from + most);
    for (let at = from; at < end; at += 1) this.settle(at, entries.slice(at * BLOCK, (at + 1) * BLOCK));
    this.filled = Math.min(entries.length, end * BLOCK);
    if (end < count) {
      this.cancel = soon(() => this.fill(entries, end, SLICE));
      return;
    }
    this.cut(count);
    // From below, the keyboard reaches the last row, and not the last one that was made whole.
    this.rows.get(entries.at(-1)?.id ?? "")?.complete();
  }

  /**
   * Keep so many blocks.
   * @param {number} count
   */
  cut(count) {
    while (this.place.children.length > count) this.place.lastElementChild?.remove();
  }

  /**
   * Move what is not at its place in a block: where nothing changed, nothing is touched.
   * @param {number} index
   * @param {Entry[]} entries
   */
  settle(index, entries) {
    const block = this.place.children[index] ?? make("div", { class: "account-block" });
    let at = block.firstElementChild;
    for (const entry of entries) {
      const { element } = this.rowOf(entry);
      if (at === element) {
        at = at.nextElementSibling;
      } else if (at?.nextElementSibling === element) {
        const next = element.nextElementSibling;
        at.remove();
        at = next;
      } else {
        block.insertBefore(element, at);
      }
    }
    while (at) {
      const next = at.nextElementSibling;
      at.remove();
      at = next;
    }
    if (!block.isConnected) this.place.append(block);
  }

  /** Bring what is near to this moment. */
  tick() {
    const time = this.acts.moment();
    for (const row of this.near) if (row.element.isConnected) row.tick(time);
  }

  sayWork() {
    for (const row of this.rows.values()) row.sayWork();
  }
}
