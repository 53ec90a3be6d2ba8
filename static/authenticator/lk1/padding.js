// The plain text of a backup: length, gzip of the JSON, zeros up to a full block, so that the size
// tells little.
import { asFailure } from "../core/refusal.js";
import { utf8 } from "./bytes.js";
import { damaged, tooLarge } from "./refusals.js";

const BLOCK = 4096; // bytes
const LENGTH = 4;
const MOST = 8 * 1024 * 1024; // bytes of JSON

/** @param {Uint8Array[]} parts @param {number} size */
const joined = (parts, size) => {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/**
 * Run bytes through a transformation; stops as soon as more than `most` came out.
 * @param {Bytes} bytes
 * @param {ReadableWritablePair<Uint8Array, BufferSource>} transformation
 */
const through = async (bytes, transformation, most = Infinity) => {
  const reader = new Blob([bytes]).stream().pipeThrough(transformation).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joined(parts, size);
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw tooLarge();
    }
    parts.push(value);
  }
};

/**
 * The bytes to seal for a document.
 * @param {unknown} content
 */
export const pack = async (content) => {
  const json = utf8(JSON.stringify(content));
  if (json.length > MOST) throw tooLarge();
  const body = await through(json, new CompressionStream("gzip"));
  const whole = new Uint8Array(Math.ceil((LENGTH + body.length) / BLOCK) * BLOCK);
  new DataView(whole.buffer).setUint32(0, body.length);
  whole.set(body, LENGTH);
  return whole;
};

/** @param {Bytes} bytes */
const bodyOf = (bytes) => {
  if (bytes.length < LENGTH) throw damaged();
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const end = LENGTH + length;
  if (end > bytes.length || bytes.subarray(end).some((byte) => byte)) throw damaged();
  return bytes.subarray(LENGTH, end);
};

/**
 * The document in these bytes; refuses what does not fit and what would fill the memory.
 * @param {Bytes} bytes
 */
export const unpack = async (bytes) => {
  const body = bodyOf(bytes);
  try {
    const json = await through(body, new DecompressionStream("gzip"), MOST);
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (error) {
    throw asFailure(error).code === "too-large" ? error : damaged();
  }
};
