// The plain text of a backup: its size tells little, and nothing in it fills the memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./page.js";

const { pack, unpack } = await import("../../static/authenticator/lk1/padding.js");

const BLOCK = 4096; // bytes
const EMPTY = { format: 1, entries: [], settings: {} };
const noise = (length) =>
  Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => byte.toString(16)).join("");

test("what is packed comes back, in whole blocks", async () => {
  for (const notes of ["", "ß漢😀", noise(9000)]) {
    const bytes = await pack({ ...EMPTY, notes });
    assert.equal(bytes.length % BLOCK, 0);
    assert.deepEqual(await unpack(bytes), { ...EMPTY, notes });
  }
  assert.equal((await pack(EMPTY)).length, BLOCK);
});

test("bytes that are cut, padded with something or wrong in length are damaged", async () => {
  const bytes = await pack(EMPTY);
  const length = new DataView(bytes.buffer).getUint32(0);
  const changed = (at, value) => Uint8Array.from(bytes, (byte, place) => (place === at ? value : byte));
  const ofLength = (size) => {
    const made = bytes.slice();
    new DataView(made.buffer).setUint32(0, size);
    return made;
  };
  const broken = [
    new Uint8Array(0),
    bytes.subarray(0, 3),
    changed(BLOCK - 1, 1),
    changed(4, 0),
    ofLength(length - 9),
    ofLength(BLOCK),
    ofLength(2 ** 32 - 1),
  ];
  for (const each of broken) await assert.rejects(unpack(each), { code: "damaged" });
});

test("more than the app can open is neither packed nor unpacked", async () => {
  const notes = "x".repeat(9_000_000);
  await assert.rejects(pack({ ...EMPTY, notes }), { code: "too-large" });
  const zipped = new Blob([JSON.stringify({ ...EMPTY, notes })])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  const body = new Uint8Array(await new Response(zipped).arrayBuffer());
  const bytes = new Uint8Array(4 + body.length);
  new DataView(bytes.buffer).setUint32(0, body.length);
  bytes.set(body, 4);
  await assert.rejects(unpack(bytes), { code: "too-large" });
});
