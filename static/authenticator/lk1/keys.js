// Keys of a vault: 32 random bytes, and what is derived from them with HKDF-SHA256.
import { importKey } from "../core/storage/encryption.js";
import { hex, random, utf8, uuidBytes } from "./bytes.js";

const KEY = 32; // bytes
const KEY_ID = 8;
const HELD = /^[0-9a-f]{16}$/;

/** A new vault: its id, the id of its key, and the key, which leaves the phone only sealed. */
export const newVault = () => ({
  vault: crypto.randomUUID(),
  key: hex(random(KEY_ID)),
  secret: random(KEY),
});

/** @param {unknown} text */
export const isKeyId = (text) => typeof text === "string" && HELD.test(text);

/** @param {unknown} bytes @returns {bytes is Bytes} */
export const isSecret = (bytes) => bytes instanceof Uint8Array && bytes.length === KEY;

/**
 * 32 bytes made of others; `info` says what for.
 * @param {Bytes} bytes
 * @param {Bytes} salt
 * @param {string} info
 */
export const hkdf = async (bytes, salt, info) => {
  const base = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, base, KEY * 8));
};

/**
 * What the document is sealed with.
 * @param {{ vault: string, key: string, secret: Bytes }} given
 */
export const contentKey = async ({ vault, key, secret }) =>
  importKey(await hkdf(secret, uuidBytes(vault), `lk1/content/${key}`));

/**
 * Ties an envelope to one key, as AES-GCM does not: a text can be made that two keys open.
 * @param {{ vault: string, secret: Bytes }} given
 */
export const commitmentOf = ({ vault, secret }) => hkdf(secret, uuidBytes(vault), "lk1/commit");
