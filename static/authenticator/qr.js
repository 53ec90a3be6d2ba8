// Reading QR codes: the browser's own reader where it has one, else the vendored one.
import { Refusal } from "./refusal.js";
import { _ } from "./words.js";

const FORMAT = "qr_code";
const LARGEST = [1600, 800, 400]; // pixels of the longer side, tried in this order for a picture

let native = null;

const loadReader = async () => {
  try {
    return await import("../vendor/qr/decode.js");
  } catch {
    throw new Refusal(_("QR codes cannot be read without the network yet. Type the key instead."));
  }
};

const nativeReader = async () => {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.includes(FORMAT) ? new BarcodeDetector({ formats: [FORMAT] }) : null;
  } catch {
    return null;
  }
};

const byBrowser = async (canvas) => {
  native ??= nativeReader();
  const reader = await native;
  if (!reader) return "";
  try {
    return (await reader.detect(canvas))[0]?.rawValue ?? "";
  } catch {
    native = Promise.resolve(null);
    return "";
  }
};

const bySelf = async (canvas) => {
  const { decodeQR } = await loadReader();
  const { width, height } = canvas;
  const image = canvas.getContext("2d").getImageData(0, 0, width, height);
  try {
    return decodeQR(image) ?? "";
  } catch {
    return "";
  }
};

const drawn = (source, width, height, largest) => {
  const scale = Math.min(1, largest / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#ffffff"; // a picture that is transparent there
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
};

const read = async (source, width, height, largest) => {
  const canvas = drawn(source, width, height, largest);
  return (await byBrowser(canvas)) || bySelf(canvas);
};

// Both refuse with a sentence if the reader cannot be fetched.
/** The text of a QR code that the camera sees now; empty if there is none. */
export const readVideo = (video) => read(video, video.videoWidth, video.videoHeight, 800);

/** The text of a QR code in a picture; empty if there is none. Throws if it is no picture. */
export const readPicture = async (file) => {
  const bitmap = await createImageBitmap(file);
  try {
    for (const largest of LARGEST) {
      const text = await read(bitmap, bitmap.width, bitmap.height, largest);
      if (text) return text;
    }
    return "";
  } finally {
    bitmap.close();
  }
};
