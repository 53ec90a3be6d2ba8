// Reads QR codes away from the page, which a large picture would keep busy for seconds.
import { pixels } from "./qr-draw.js";
import { textsIn, textsOf } from "./qr-views.js";

const READER = "../../vendor/qr/decode.js";

/** @param {{ bitmap: ImageBitmap, image: Picture }} given */
const read = async ({ bitmap, image }) => {
  const { _QRScanner: Scanner } = await import(READER);
  if (image) return textsIn(Scanner, image);
  try {
    return await textsOf(Scanner, bitmap, (view) => pixels(bitmap, view));
  } finally {
    bitmap.close();
  }
};

self.onmessage = async ({ data }) => {
  try {
    self.postMessage({ id: data.id, texts: await read(data) });
  } catch (error) {
    self.postMessage({ id: data.id, error: String(error) });
  }
};
