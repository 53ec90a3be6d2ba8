// A QR code as a picture that prints sharply.
const WRITER = "../../vendor/qr/index.js";

/** The vendored writer of QR codes. */
export const writer = async () =>
  /** @type {{ encodeQR: EncodeQR }} */ (await import(WRITER)).encodeQR;

/**
 * Draw the rows of a QR code, true being dark; `name` is what it is called.
 * @param {boolean[][]} rows
 * @param {string} name
 */
export const square = (rows, name) => {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", name);
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS(space, "path");
  const dark = rows.flatMap((row, y) => row.map((is, x) => (is ? `M${x} ${y}h1v1h-1z` : "")));
  path.setAttribute("d", dark.join(""));
  svg.append(path);
  return svg;
};
