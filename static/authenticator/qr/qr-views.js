// Ways to look at a picture for QR codes: nothing here needs a page.
import { borderless } from "./qr-borderless.js";

const SIDE = 4096; // pixels that the reader takes at most, either way
const OVERLAP = 1024; // of two tiles: a code that lies across their border is whole in one of them
const SMALLER = 1600; // a picture that is not sharp is read better when it is smaller

/** @param {number} width @param {number} height @param {number} largest */
const whole = (width, height, largest) => {
  const scale = Math.min(1, largest / Math.max(width, height));
  return { x: 0, y: 0, width, height, scale };
};

/** @param {number} length */
const starts = (length) => {
  const found = [];
  for (let at = 0; at === 0 || at + OVERLAP < length; at += SIDE - OVERLAP) found.push(at);
  return found;
};

/** @param {number} width @param {number} height */
const tiles = (width, height) =>
  starts(height).flatMap((y) =>
    starts(width).map((x) => ({
      x,
      y,
      width: Math.min(SIDE, width - x),
      height: Math.min(SIDE, height - y),
      scale: 1,
    })),
  );

/**
 * Parts of a picture and their scale, in the order in which they are tried.
 * @param {number} width
 * @param {number} height
 */
export const viewsOf = (width, height) => {
  const isLarge = Math.max(width, height) > SIDE;
  const views = isLarge ? [whole(width, height, SIDE), ...tiles(width, height)] : [whole(width, height, SIDE)];
  return Math.max(width, height) > SMALLER ? [...views, whole(width, height, SMALLER)] : views;
};

/** @type {{ width: number, height: number, scanner: QRScanner } | null} */
let kept = null; // what read the last picture: frames of a camera are all of one size

/** @param {QRReader} Scanner @param {{ width: number, height: number }} given */
const scannerFor = (Scanner, { width, height }) => {
  if (kept?.width !== width || kept.height !== height) {
    kept = { width, height, scanner: new Scanner({ maxSize: { width, height } }) };
  }
  return kept.scanner;
};

/** @param {QRReader} Scanner @param {Picture} image */
const textsBy = async (Scanner, image) => {
  const scanner = scannerFor(Scanner, image);
  try {
    scanner.addImage(image);
    return (await scanner.decodeAsync(true)).filter((found) => typeof found === "string");
  } catch {
    kept = null;
    return [];
  } finally {
    kept?.scanner.clean();
  }
};

/**
 * Every text in these pixels (`{data, width, height}`), by the vendored reader.
 * @param {QRReader} Scanner
 * @param {Picture} image
 */
export const textsIn = async (Scanner, image, isThorough = false) => {
  const texts = await textsBy(Scanner, image);
  if (texts.length || !isThorough) return [...new Set(texts)];
  const found = [];
  for (const code of borderless(image)) found.push(...(await textsBy(Scanner, code)));
  return [...new Set(found)];
};

/**
 * Every text in a picture, looked at as a whole and in parts until there is one; `pixelsOf(view)` draws
 * a view of it.
 * @param {QRReader} Scanner
 * @param {{ width: number, height: number }} given
 * @param {(view: View) => Picture} pixelsOf
 */
export const textsOf = async (Scanner, { width, height }, pixelsOf) => {
  for (const view of viewsOf(width, height)) {
    const texts = await textsIn(Scanner, pixelsOf(view), view.scale === 1);
    if (texts.length) return texts;
  }
  return [];
};
