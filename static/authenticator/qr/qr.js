// Reading QR codes: the browser's own reader where it has one, and the vendored one in a worker.
import { pixels } from "./qr-draw.js";
import { PATIENCE as LIMITS, within } from "../core/patience.js";
import { Refusal } from "../core/refusal.js";
import { _ } from "../core/i18n.js";

const READER = "../../vendor/qr/decode.js";
const FORMAT = "qr_code";
const LARGEST_FRAME = 1280; // pixels of the longer side: smaller ones lose codes held far away
const PATIENCE = 60_000; // milliseconds that a worker may take for one picture

/** @type {Promise<any> | null} */
let native = null;

const nativeReader = async () => {
  if (!("BarcodeDetector" in window)) return null;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.includes(FORMAT) ? new BarcodeDetector({ formats: [FORMAT] }) : null;
  } catch {
    return null;
  }
};

/** @param {ImageBitmapSource} source */
const byBrowser = async (source) => {
  native ??= nativeReader();
  const reader = await native;
  if (!reader) return [];
  try {
    return (await reader.detect(source)).map((/** @type {{ rawValue: string }} */ { rawValue }) => rawValue).filter(Boolean);
  } catch {
    native = Promise.resolve(null);
    return [];
  }
};

// --- In the page, where a browser has no such workers: in slices, so that it goes on ----------------

const loadReader = async () => {
  try {
    const [reader, views] = await Promise.all([
      within(LIMITS.script, "the reader", import(READER)),
      within(LIMITS.script, "the reader", import("./qr-views.js")),
    ]);
    return { Scanner: reader._QRScanner, ...views };
  } catch {
    throw new Refusal(_("QR codes cannot be read without the network yet. Type the key instead."));
  }
};

/** @param {Picture} image */
const hereFrame = async (image) => {
  const { Scanner, textsIn } = await loadReader();
  return textsIn(Scanner, image);
};

/** @param {ImageBitmap} bitmap */
const herePicture = async (bitmap) => {
  const { Scanner, textsOf } = await loadReader();
  return textsOf(Scanner, bitmap, (/** @type {View} */ view) => pixels(bitmap, view));
};

// --- In a worker ---------------------------------------------------------------------------------

/** @type {Worker | null} */
let worker = null;
let asked = 0;

const startWorker = () => {
  worker ??= new Worker(new URL("./qr-worker.js", import.meta.url), { type: "module" });
  return worker;
};

const endWorker = () => {
  worker?.terminate();
  worker = null;
};

/**
 * The texts that the worker finds; throws if it could not be started, or does not answer.
 * @param {object} task
 */
const byWorker = (task) =>
  new Promise((resolve, reject) => {
    const reader = startWorker();
    const id = (asked += 1);
    /** @param {(value: any) => void} act @param {unknown} value */
    const end = (act, value) => {
      clearTimeout(timer);
      reader.removeEventListener("message", answered);
      reader.removeEventListener("error", failed);
      act(value);
    };
    /** @param {MessageEvent} given */
    const answered = ({ data }) => {
      if (data.id !== id) return;
      if (data.texts) end(resolve, data.texts);
      else failed();
    };
    const failed = () => {
      endWorker();
      end(reject, new Error("worker"));
    };
    const timer = setTimeout(failed, PATIENCE);
    reader.addEventListener("message", answered);
    reader.addEventListener("error", failed);
    reader.postMessage({ id, ...task });
  });

/** @param {{ width: number, height: number }} given @param {number} largest */
const whole = ({ width, height }, largest) => ({
  x: 0,
  y: 0,
  width,
  height,
  scale: Math.min(1, largest / Math.max(width, height)),
});

// Both refuse with a sentence if the reader cannot be fetched.
/**
 * The texts of the QR codes that the camera sees now.
 * @param {HTMLVideoElement} video
 */
export const readVideo = async (video) => {
  const size = { width: video.videoWidth, height: video.videoHeight };
  const texts = await byBrowser(video);
  if (texts.length) return texts;
  const image = pixels(video, whole(size, LARGEST_FRAME));
  try {
    return await byWorker({ image });
  } catch {
    return hereFrame(image);
  }
};

/**
 * The texts of the QR codes in a picture. Throws if it is no picture.
 * @param {File} file
 */
export const readPicture = async (file) => {
  const bitmap = await createImageBitmap(file);
  try {
    const seen = await byBrowser(bitmap);
    const found = await byWorker({ bitmap }).catch(() => null);
    return [...new Set([...seen, ...(found ?? (await herePicture(bitmap)))])];
  } finally {
    bitmap.close();
  }
};
