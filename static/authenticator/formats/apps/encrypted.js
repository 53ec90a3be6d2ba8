// Exports with a password: Aegis (scrypt, AES-GCM) and 2FAS (PBKDF2, AES-GCM).
import { bytesOf, derive } from "../../core/kdf/kdf.js";
import { Refusal } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";
import { isObject } from "../parsing/item.js";
import { bytesOfBase64, joinBytes, withoutPictures } from "../parsing/large.js";

const AEGIS_PASSWORD = 1; // the kind of slot that a password opens
const MOST = { n: 2 ** 17, r: 16, p: 4 }; // 256 MiB; Aegis writes 2^15, 8, 1
const TWO_FAS_ROUNDS = 10_000;

/** @param {string} text */
const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

const damaged = () => new Refusal(_("The export is cut off or damaged."));
const wrong = () => new Refusal(_("This password does not open the export."), "password");

/** @param {Bytes} bytes @param {Bytes} nonce @param {Bytes} sealed */
const open = async (bytes, nonce, sealed) => {
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, sealed));
};

/** @param {Bytes} bytes @param {{ tag: string }} given */
const withTag = (bytes, { tag }) => joinBytes(bytes, hex(tag));

/** @param {Bytes} bytes */
const readJson = (bytes) => JSON.parse(withoutPictures(new TextDecoder().decode(bytes)));

/** @param {Json} slot @param {string} password */
const slotKey = async (slot, password) => {
  const { n, r, p } = slot;
  if (!(n <= MOST.n && r <= MOST.r && p <= MOST.p)) throw damaged();
  const task = { kind: "scrypt", cost: n, block: r, lanes: p, salt: hex(slot.salt) };
  const bytes = await derive({ ...task, password: bytesOf(password) });
  try {
    const sealed = withTag(hex(slot.key), slot.key_params);
    return await open(bytes, hex(slot.key_params.nonce), sealed);
  } catch {
    return null;
  }
};

/** @param {Json} slot */
const isPassword = (slot) => isObject(slot) && slot.type === AEGIS_PASSWORD;

/**
 * Open an encrypted Aegis export; gives it as the unencrypted one would be.
 * @param {Json} given
 * @param {string} password
 */
export const openAegis = async ({ header, db }, password) => {
  for (const slot of header.slots.filter(isPassword)) {
    const master = await slotKey(slot, password);
    if (!master) continue;
    try {
      const sealed = withTag(await bytesOfBase64(db), header.params);
      return { db: readJson(await open(master, hex(header.params.nonce), sealed)) };
    } catch {
      throw damaged();
    }
  }
  throw wrong();
};

/**
 * Open an encrypted 2FAS export; gives it as the unencrypted one would be.
 * @param {Json} given
 * @param {string} password
 */
export const open2Fas = async ({ servicesEncrypted, groups }, password) => {
  const parts = await Promise.all(servicesEncrypted.split(":").map(bytesOfBase64)).catch(() => []);
  const [sealed, salt, nonce] = parts;
  if (!nonce) throw damaged();
  const raw = new TextEncoder().encode(password);
  const base = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: TWO_FAS_ROUNDS };
  const bytes = new Uint8Array(await crypto.subtle.deriveBits(how, base, 256));
  const plain = await open(bytes, nonce, sealed).catch(() => {
    throw wrong();
  });
  return { services: readJson(plain), groups };
};
