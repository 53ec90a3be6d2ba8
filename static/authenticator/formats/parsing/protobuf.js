// As much of protocol buffers as an export needs: numbers and byte strings, field by field.
import { Refusal } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";

const NUMBER = 0;
const BYTES = 2;
/** @type {Record<number, number>} */
const FIXED = { 1: 8, 5: 4 };

const broken = () => new Refusal(_("The export is cut off or damaged."));

/**
 * A number of up to ten bytes (negative ones take all ten), as a BigInt.
 * @param {Bytes} bytes
 * @param {number} at
 * @returns {[bigint, number]}
 */
const numberAt = (bytes, at) => {
  let value = 0n;
  for (let size = 0; size < 10; size += 1) {
    if (at + size >= bytes.length) throw broken();
    const byte = bytes[at + size];
    value |= BigInt(byte & 0x7f) << BigInt(7 * size);
    if (byte < 0x80) return [BigInt.asIntN(64, value), at + size + 1];
  }
  throw broken();
};

/**
 * Every field as [number, value]: BigInt or bytes. Throws `Refusal` if it is damaged.
 * @param {Bytes} bytes
 */
export const fields = (bytes) => {
  /** @type {[number, bigint | Bytes][]} */
  const found = [];
  let at = 0;
  while (at < bytes.length) {
    let tag;
    [tag, at] = numberAt(bytes, at);
    const [field, kind] = [Number(tag >> 3n), Number(tag & 7n)];
    if (kind === NUMBER) {
      let value;
      [value, at] = numberAt(bytes, at);
      found.push([field, value]);
      continue;
    }
    let size = FIXED[kind];
    if (kind === BYTES) {
      let length;
      [length, at] = numberAt(bytes, at);
      size = Number(length);
    }
    if (size === undefined || size < 0 || at + size > bytes.length) throw broken();
    if (kind === BYTES) found.push([field, bytes.subarray(at, at + size)]);
    at += size;
  }
  return found;
};
