// Sealing the vault for this phone: AES-256-GCM, the generation as associated data.
const AES = { name: "AES-GCM", length: 256 };
const NONCE = 12; // bytes
const FORMAT = "lk-local-1";

/** @param {number | string} label */
const about = (label) => new TextEncoder().encode(`${FORMAT}/${label}`);

/** A key that can be used here and never be read, by nobody. */
export const newKey = () => crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);

/**
 * The key of these 32 bytes, as unreadable as the others.
 * @param {BufferSource} bytes
 */
export const importKey = (bytes) =>
  crypto.subtle.importKey("raw", bytes, AES, false, ["encrypt", "decrypt"]);

/**
 * Seal a document as the row of a generation; `label` is what else it is sealed for.
 * @param {CryptoKey} key
 * @param {unknown} content
 * @template {number | string} Label
 * @param {Label} generation
 * @param {number | string} [label]
 */
export const seal = async (key, content, generation, label = generation) => {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE));
  const options = { name: "AES-GCM", iv: nonce, additionalData: about(label) };
  const plain = new TextEncoder().encode(JSON.stringify(content));
  const sealed = await crypto.subtle.encrypt(options, key, plain);
  return { format: FORMAT, generation, at: Date.now(), nonce, sealed };
};

/**
 * Open a row; throws if a bit of it changed or the key is another one.
 * @param {CryptoKey} key
 * @param {{ generation: number | string, nonce: Bytes, sealed: ArrayBuffer }} row
 * @param {number | string} [label]
 */
export const unseal = async (key, row, label = row.generation) => {
  const options = { name: "AES-GCM", iv: row.nonce, additionalData: about(label) };
  const plain = await crypto.subtle.decrypt(options, key, row.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
};

/**
 * Make, use and forget a key through `keep` and `take`; false where keys cannot be kept.
 * @param {(key: CryptoKey) => unknown} keep
 * @param {() => Promise<CryptoKey>} take
 */
export const canKeepKeys = async (keep, take) => {
  try {
    await keep(await newKey());
    const key = await take();
    const row = await seal(key, { canary: 1 }, 0);
    return (await unseal(key, row)).canary === 1;
  } catch {
    return false;
  }
};
