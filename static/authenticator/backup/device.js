// Who this phone is to the portal: the id of the installation and the secret it drew itself. It has a
// key of its own, as a phone that is locked by a passphrase must still hear that it is unlinked.
import { newKey, seal, unseal } from "../seal.js";
import { read, write } from "../store.js";

const KEY = ["keys", "device"];
const ROW = ["meta", "device"];
const ABOUT = "device"; // in place of a generation
const SECRET = 32; // bytes

const text = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** A new secret, in base64url. */
export const newSecret = () => text(crypto.getRandomValues(new Uint8Array(SECRET)));

/** What the portal is told of a secret: its SHA-256 in base64url. */
export const fingerprint = async (secret) => {
  const binary = atob(secret.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  return text(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
};

/**
 * What is known of this installation, or `null`: `{installation, secret, linked, name, account}`, and
 * `claim` while a link waits to be confirmed. One that cannot be read has to be linked again.
 */
export const device = async () => {
  const [key, row] = await read(KEY, ROW);
  if (!row) return null;
  try {
    return row.plain ?? (await unseal(key, row));
  } catch {
    return null;
  }
};

/** The same, but only if it is linked. */
export const linkedDevice = async () => {
  const found = await device();
  return found?.linked ? found : null;
};

/** Keep it: sealed, or as it is in a browser that keeps no keys. */
export const keepDevice = async (content) => {
  const key = (await read(KEY))[0] ?? (await newKey());
  try {
    const row = await seal(key, content, ABOUT);
    await write({ put: [[...KEY, key], [...ROW, row]] });
  } catch {
    await write({ put: [[...ROW, { plain: content }]] });
  }
  return content;
};

/** Forget it; the codes stay. */
export const dropDevice = () => write({ drop: [KEY, ROW] });
