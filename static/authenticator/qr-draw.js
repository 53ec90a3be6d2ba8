// The pixels of a part of a picture, in the page or in a worker.
const canvasOf = (width, height) => {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(width, height);
  const canvas = document.createElement("canvas");
  return Object.assign(canvas, { width, height });
};

/** Draw `{x, y, width, height, scale}` of a source that can be drawn. */
export const pixels = (source, { x, y, width, height, scale }) => {
  const size = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const context = canvasOf(...size).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#ffffff"; // a picture that is transparent there
  context.fillRect(0, 0, ...size);
  context.drawImage(source, x, y, width, height, 0, 0, ...size);
  return context.getImageData(0, 0, ...size);
};
