// Exports with a password: Aegis (scrypt, AES-GCM) and 2FAS (PBKDF2, AES-GCM).
import { bytesOf, derive } from "../kdf.js";
import { Refusal } from "../refusal.js";
import { _ } from "../words.js";

const AEGIS_PASSWORD = 1; // the kind of slot that a password opens
const MOST = { n: 2 ** 17, r: 16, p: 4 }; // 256 MiB; Aegis writes 2^15, 8, 1
const TWO_FAS_ROUNDS = 10_000;

const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const base64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const damaged = () => new Refusal(_("The export is cut off or damaged."));
const wrong = () => new Refusal(_("This password does not open the export."), "password");

const open = async (bytes, nonce, sealed) => {
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonce }, key, sealed));
};

const withTag = (bytes, { tag }) => new Uint8Array([...bytes, ...hex(tag)]);

const slotKey = async (slot, password) => {
  const { n, r, p } = slot;
  if (n > MOST.n || r > MOST.r || p > MOST.p) throw damaged();
  const task = { kind: "scrypt", cost: n, block: r, lanes: p, salt: hex(slot.salt) };
  const bytes = await derive({ ...task, password: bytesOf(password) });
  try {
    const sealed = withTag(hex(slot.key), slot.key_params);
    return await open(bytes, hex(slot.key_params.nonce), sealed);
  } catch {
    return null;
  }
};

/** Open an encrypted Aegis export; gives it as the unencrypted one would be. */
export const openAegis = async ({ header, db }, password) => {
  for (const slot of header.slots.filter((each) => each.type === AEGIS_PASSWORD)) {
    const master = await slotKey(slot, password);
    if (!master) continue;
    try {
      const sealed = withTag(base64(db), header.params);
      const plain = await open(master, hex(header.params.nonce), sealed);
      return { db: JSON.parse(new TextDecoder().decode(plain)) };
    } catch {
      throw damaged();
    }
  }
  throw wrong();
};

/** Open an encrypted 2FAS export; gives it as the unencrypted one would be. */
export const open2Fas = async ({ servicesEncrypted, groups }, password) => {
  const [sealed, salt, nonce] = servicesEncrypted.split(":").map((each) => {
    try {
      return base64(each);
    } catch {
      throw damaged();
    }
  });
  if (!nonce) throw damaged();
  const raw = new TextEncoder().encode(password);
  const base = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: TWO_FAS_ROUNDS };
  const bytes = new Uint8Array(await crypto.subtle.deriveBits(how, base, 256));
  try {
    const plain = await open(bytes, nonce, sealed);
    return { services: JSON.parse(new TextDecoder().decode(plain)), groups };
  } catch {
    throw wrong();
  }
};
