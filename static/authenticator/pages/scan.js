// Adding by the camera, or by a picture of the code.
import { notice, part, put } from "../core/page/dom.js";
import { reason } from "../formats/parsing/item.js";
import { plain } from "../otp/link-label.js";
import { readPicture, readVideo } from "../qr/qr.js";
import { receive } from "./scan-result.js";
import { Refusal, asFailure } from "../core/refusal.js";
import { _ } from "../core/i18n.js";

const PAUSE = 120; // milliseconds between two looks
const PATIENCE = 4_000; // milliseconds that a camera may take to its first picture

/** @type {Record<string, () => string>} */
const REASONS = {
  NotAllowedError: () =>
    _("The browser does not let this page use the camera. Allow it in the settings of this site."),
  NotFoundError: () => _("This device has no camera."),
  NotReadableError: () => _("The camera is in use by another app."),
};

/** @param {Failure} error */
const reasonOf = (error) => REASONS[error.name]?.() ?? _("The camera cannot be used here.");

const openCamera = () => {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw Object.assign(new Error("none"), { name: "NotFoundError" });
  }
  const video = { facingMode: { ideal: "environment" }, width: { ideal: 1920 } };
  return navigator.mediaDevices.getUserMedia({ audio: false, video });
};

/**
 * Give the texts of the QR codes in a picture; refuses with a sentence if there is none.
 * @param {File} file
 */
const textsOfPicture = async (file) => {
  let texts;
  try {
    texts = await readPicture(file);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(_("This file is not a picture that the browser can show."));
  }
  if (texts.length) return texts;
  throw new Refusal(
    _("No QR code was found in this picture. Is all of it there, with its white border?"),
  );
};

/**
 * All that is in some pictures: the texts, and of each picture without one, why.
 * @param {File[]} files
 */
const textsOfPictures = async (files) => {
  /** @type {string[]} */
  const texts = [];
  /** @type {Item[]} */
  const problems = [];
  for (const file of files) {
    try {
      texts.push(...(await textsOfPicture(file)));
    } catch (error) {
      problems.push({ name: plain(file.name) || _("Picture"), why: reason(error) });
    }
  }
  return { texts, problems };
};

/**
 * Let pictures be chosen by a button, or pasted, and hand their texts on; `wait()` says that they are
 * read. Gives the clean-up.
 * @param {HTMLElement} root
 * @param {PictureActs} given
 */
export const offerPictures = (root, { take, wait, complain }) => {
  const input = part(root, "picture");
  /** @param {File[]} files */
  const read = async (files) => {
    if (!files.length) return;
    wait();
    try {
      const { texts, problems } = await textsOfPictures(files);
      await take(texts, problems);
    } catch (error) {
      complain(asFailure(error));
    }
  };
  /** @param {File} file */
  const isPicture = (file) => file.type.startsWith("image/");
  /** @param {ClipboardEvent} event */
  const paste = (event) => read([...(event.clipboardData?.files ?? [])].filter(isPicture));
  part(root, "choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    read(files);
  });
  document.addEventListener("paste", paste);
  return { read, forget: () => document.removeEventListener("paste", paste) };
};

/** What is said while a picture is read: a large one takes a moment. */
export const reading = () => _("Looking for QR codes…");

/** The camera on the page: looks until it is told to stop. */
class Scanner {
  /** @param {HTMLElement} root @param {string} other */
  constructor(root, other) {
    this.root = root;
    this.other = other;
    this.video = part(root, "video");
    this.isDark = false;
    this.isOver = false;
    /** @type {MediaStream | null} */
    this.stream = null;
    this.since = 0;
    this.last = "";
    this.sentence = "";
  }

  /**
   * Say this, once however often it is so; nothing takes back what was said.
   * @param {string} [tone]
   * @param {...string} lines
   */
  say(tone = "", ...lines) {
    const words = lines.join(" ");
    if (words === this.sentence) return;
    this.sentence = words;
    part(this.root, "words").replaceChildren(...(words ? [notice(tone, ...lines)] : []));
  }

  /** @param {Failure} error */
  complain(error) {
    this.say("look", reason(error));
  }

  async start() {
    try {
      this.stream = await openCamera();
    } catch (error) {
      part(this.root, "view").hidden = true;
      this.say("look", reasonOf(asFailure(error)), this.other);
      return;
    }
    if (this.isOver) {
      this.stop();
      return;
    }
    this.video.srcObject = this.stream;
    this.video.play().catch(() => {});
    this.since = performance.now();
    this.look();
  }

  /** The texts before the camera; empty as long as there are none. */
  async read() {
    if (!this.video.videoWidth || document.hidden) return [];
    if (this.isDark) {
      this.isDark = false;
      this.say();
    }
    return readVideo(this.video);
  }

  get isStuck() {
    const waited = performance.now() - this.since;
    return !this.video.videoWidth && !document.hidden && waited > PATIENCE;
  }

  // A look that fails is followed by the next one: the network may be back, the code held better.
  async look() {
    if (this.isOver) return;
    if (this.isStuck) {
      this.openAgain();
      return;
    }
    try {
      const texts = await this.read();
      const seen = texts.sort().join("\n");
      if (seen && seen !== this.last && !this.isOver) {
        this.last = seen;
        await this.take(texts);
      }
    } catch (error) {
      this.complain(asFailure(error));
    }
    setTimeout(() => this.look(), PAUSE);
  }

  /** Some cameras open and give nothing until they are opened once more. */
  openAgain() {
    this.isDark = true;
    this.say("look", _("The camera gives no picture. It is opened again."), this.other);
    this.close();
    this.start();
  }

  /** @param {string[]} texts @param {Item[]} [problems] */
  async take(texts, problems = []) {
    const more = await receive(texts, problems);
    if (!more) return;
    this.say("ok", more.words);
    put(this.root, "rest", more.button);
    part(this.root, "rest").hidden = false;
    part(this.root, "rest").onclick = more.goOn;
  }

  stop() {
    this.isOver = true;
    this.close();
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }
}

/**
 * What to do without the camera; at the code of a link there is another thing to type.
 * @param {HTMLElement} root
 * @param {string} purpose
 */
const withoutCamera = (root, purpose) => {
  if (purpose !== "link") return _("Choose a picture of the QR code, or type the key.");
  part(root, "type").href = "#link";
  put(root, "type-name", _("Type the code"));
  return _("Choose a picture of the QR code, or type the code that stands beside it.");
};

/**
 * Show the page with the camera; `purpose` is "link" where the portal's QR code is looked for.
 * @param {HTMLElement} root
 * @param {string} purpose
 */
export const showScan = (root, purpose) => {
  const scanner = new Scanner(root, withoutCamera(root, purpose));
  const { forget } = offerPictures(root, {
    take: (texts, problems) => scanner.take(texts, problems),
    wait: () => scanner.say("", reading()),
    complain: (error) => scanner.complain(error),
  });
  scanner.start();
  return () => {
    forget();
    scanner.stop();
  };
};
