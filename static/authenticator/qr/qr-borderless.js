// QR codes without a white border on a dark page.
//
// The dark ring around each of the three finders is one with the page, so that no reader sees it.
// What is left of a finder is light, three times as much dark, light: such squares are looked for,
// three of them in a right angle are a code, and it is drawn again with a border.

const DARK = 128;
const QUIET = 4; // modules of white around a code
const FINDER = 3.5; // modules from the middle of a finder to the edge of the code
const SMALLEST = 14; // modules between the middles of two finders: 21 less 7
const LARGEST = 170;
const MOST = 400; // squares, in a picture full of patterns

/** @param {Picture} given */
const lightness = ({ data, width, height }) => {
  const light = new Uint8Array(width * height);
  for (let at = 0; at < light.length; at += 1) {
    light[at] = (data[at * 4] + 2 * data[at * 4 + 1] + data[at * 4 + 2]) >> 2 >= DARK ? 1 : 0;
  }
  return light;
};

/** @param {number} value @param {number} wanted */
const isNear = (value, wanted) => Math.abs(value - wanted) <= Math.max(1, wanted * 0.35);

/**
 * Length of the run of one colour from a place on, in steps of `by`.
 * @param {Uint8Array} light
 * @param {number} start
 * @param {number} end
 * @param {number} by
 * @param {number} colour
 */
const run = (light, start, end, by, colour) => {
  let at = start;
  while (at !== end && light[at] === colour) at += by;
  return Math.abs((at - start) / by);
};

/**
 * Look from the middle of a finder both ways: half of three dark modules, then a light one.
 * @param {Uint8Array} light
 * @param {{ width: number, height: number }} given
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
const isFinder = (light, { width, height }, x, y, size) => {
  const middle = y * width + x;
  const column = [middle, x - width, x + height * width];
  const up = run(light, middle, column[1], -width, 0);
  const down = run(light, middle, column[2], width, 0);
  if (!isNear(up + down - 1, 3 * size)) return null;
  const above = run(light, middle - up * width, column[1], -width, 1);
  const below = run(light, middle + down * width, column[2], width, 1);
  if (!isNear(above, size) || !isNear(below, size)) return null;
  return { x, y: y + (down - up) / 2, size };
};

/** @param {Uint8Array} light @param {Picture} size */
const findersIn = (light, size) => {
  const { width, height } = size;
  /** @type {Finder[]} */
  const found = [];
  for (let y = 0; y < height && found.length < MOST; y += 1) {
    const row = y * width;
    for (let x = 0; x < width; ) {
      const first = run(light, row + x, row + width, 1, 1);
      if (first === 0) {
        x += Math.max(1, run(light, row + x, row + width, 1, 0));
        continue;
      }
      const dark = run(light, row + x + first, row + width, 1, 0);
      const last = run(light, row + x + first + dark, row + width, 1, 1);
      const module = (first + dark + last) / 5;
      const isOne =
        module >= 1.5 && isNear(first, module) && isNear(last, module) && isNear(dark, 3 * module);
      const centre = isOne && isFinder(light, size, Math.round(x + first + dark / 2), y, module);
      const isNew =
        centre && !found.some((each) => Math.hypot(each.x - centre.x, each.y - centre.y) < 3 * module);
      if (isNew) found.push(centre);
      x += first + dark;
    }
  }
  return found;
};

/**
 * Three finders in a right angle, at the same distance from the one in the corner.
 * @param {Finder[]} finders
 */
const codesOf = (finders) =>
  finders.flatMap((corner) => {
    const { size } = corner;
    /** @param {Finder} each */
    const isAlike = (each) => each !== corner && isNear(each.size, size);
    const across = finders.filter((each) => {
      const length = Math.abs(each.x - corner.x);
      const isLeg = length >= SMALLEST * size * 0.9 && length <= LARGEST * size;
      return isAlike(each) && isLeg && Math.abs(each.y - corner.y) < size;
    });
    return across.flatMap((other) => {
      const length = Math.abs(other.x - corner.x);
      /** @param {Finder} each */
      const isDown = (each) =>
        isAlike(each) &&
        Math.abs(each.x - corner.x) < size &&
        Math.abs(Math.abs(each.y - corner.y) - length) < size;
      return finders.filter(isDown).map((down) => ({
        left: Math.min(corner.x, other.x) - FINDER * size,
        top: Math.min(corner.y, down.y) - FINDER * size,
        side: length + 2 * FINDER * size,
        size,
      }));
    });
  });

/**
 * Draw a part of a picture with a white border around it.
 * @param {Picture} image
 * @param {Square} square
 */
const framed = ({ data, width, height }, { left, top, side, size }) => {
  const border = Math.ceil(QUIET * size);
  const [x, y, inner] = [Math.round(left), Math.round(top), Math.round(side)];
  const outer = inner + 2 * border;
  const drawn = { width: outer, height: outer, data: new Uint8ClampedArray(outer * outer * 4).fill(255) };
  for (let row = 0; row < inner; row += 1) {
    if (y + row < 0 || y + row >= height) continue;
    const [from, to] = [Math.max(0, x), Math.min(width, x + inner)];
    const start = ((y + row) * width + from) * 4;
    const part = data.subarray(start, start + Math.max(0, to - from) * 4);
    drawn.data.set(part, ((row + border) * outer + border + from - x) * 4);
  }
  return drawn;
};

const MOST_CODES = 50;

/**
 * What may be codes without a border, each as a picture of its own with one.
 * @param {Picture} image
 */
export const borderless = (image) =>
  codesOf(findersIn(lightness(image), image))
    .slice(0, MOST_CODES)
    .map((code) => framed(image, code));
