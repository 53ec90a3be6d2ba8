// The pixels of a part of a picture, in the page or in a worker.
/** @param {number} width @param {number} height */
const canvasOf = (width, height) => {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(width, height);
  const canvas = document.createElement("canvas");
  return Object.assign(canvas, { width, height });
};

/**
 * Draw `{x, y, width, height, scale}` of a source that can be drawn.
 * @param {CanvasImageSource} source
 * @param {{ x: number, y: number, width: number, height: number, scale: number }} given
 */
export const pixels = (source, { x, y, width, height, scale }) => {
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = canvasOf(across, down);
  const context = /** @type {CanvasRenderingContext2D} */ (
    canvas.getContext("2d", { willReadFrequently: true })
  );
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#ffffff"; // a picture that is transparent there
  context.fillRect(0, 0, across, down);
  context.drawImage(source, x, y, width, height, 0, 0, across, down);
  return context.getImageData(0, 0, across, down);
};
