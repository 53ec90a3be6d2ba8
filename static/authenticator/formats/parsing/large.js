// Large exports: pictures are passed over before anything else is made of them.
const PICTURE = '"icon"';
const SLICE = 4 * 1024 * 1024; // letters of base64 that are decoded at once, a multiple of four

/**
 * Where a text in JSON ends that begins at this place: its closing quote, or the end of it all.
 * @param {string} text
 * @param {number} start
 */
const endOfText = (text, start) => {
  for (let at = text.indexOf('"', start); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
};

/**
 * Where the value of a name begins, if it is a text; -1 if it is something else.
 * @param {string} text
 * @param {number} behind
 */
const startOfText = (text, behind) => {
  const found = /^\s*:\s*"/.exec(text.slice(behind, behind + 20));
  return found ? behind + found[0].length : -1;
};

/**
 * The same JSON without the pictures in it: they are most of the file, and nobody looks at them.
 * @param {string} text
 */
export const withoutPictures = (text) => {
  const pieces = [];
  let from = 0;
  for (let at = text.indexOf(PICTURE); at >= 0; at = text.indexOf(PICTURE, at + 1)) {
    const start = startOfText(text, at + PICTURE.length);
    if (start < 0) continue;
    pieces.push(text.slice(from, start));
    from = endOfText(text, start);
    at = from;
  }
  return pieces.length ? [...pieces, text.slice(from)].join("") : text;
};

/** Let the page draw and answer before the work goes on. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/**
 * The bytes of base64, however long; throws if it is none.
 * @param {string} text
 */
export const bytesOfBase64 = async (text) => {
  const pieces = [];
  for (let start = 0; start < text.length; start += SLICE) {
    const letters = atob(text.slice(start, start + SLICE));
    const bytes = new Uint8Array(letters.length);
    for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
    pieces.push(bytes);
    if (text.length > SLICE) await breathe();
  }
  return joinBytes(...pieces);
};

/**
 * Bytes behind one another.
 * @param {...Bytes} pieces
 */
export const joinBytes = (...pieces) => {
  const all = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};
