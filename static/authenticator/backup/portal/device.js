// Who this phone is to the portal: the id of the installation and the secret it drew itself. It has a
// key of its own, as a phone that is locked by a passphrase must still hear that it is unlinked.
import { _ } from "../../core/i18n.js";
import { Refusal, asFailure } from "../../core/refusal.js";
import { newKey, seal, unseal } from "../../core/storage/encryption.js";
import { read, write } from "../../core/storage/indexed-db.js";
import { fromText, random, toText } from "../../lk1/bytes.js";

/** @type {[string, string]} */
const KEY = ["keys", "device"];
/** @type {[string, string]} */
const ROW = ["meta", "device"];
const ABOUT = "device"; // in place of a generation
const SECRET = 32; // bytes

/** A new secret, in base64url. */
export const newSecret = () => toText(random(SECRET));

/**
 * What the portal is told of a secret: its SHA-256 in base64url.
 * @param {string} secret
 */
export const fingerprint = async (secret) =>
  toText(new Uint8Array(await crypto.subtle.digest("SHA-256", fromText(secret))));

/**
 * @param {CryptoKey} key
 * @param {DeviceRow | undefined} row
 * @returns {Promise<Device | null>}
 */
const opened = async (key, row) => {
  if (!row) return null;
  try {
    return row.plain ?? (await unseal(key, row));
  } catch {
    return null;
  }
};

/**
 * What is known of this installation, or `null`: `{installation, secret, linked, name, account}`, and
 * `claim` while a link waits to be confirmed. One that cannot be read has to be linked again.
 */
export const device = async () => {
  const [key, row] = await read(KEY, ROW);
  return opened(key, row);
};

/** The same, but only if it is linked. */
export const linkedDevice = async () => {
  const found = await device();
  return found?.linked ? found : null;
};

/** The same where it has to be: another tab may have unlinked it meanwhile. */
export const ownDevice = async () => {
  const found = await linkedDevice();
  if (!found) throw new Refusal(_("This phone is not linked to an account."), "", "unlinked");
  return found;
};

/**
 * Keep it: sealed, or as it is in a browser that keeps no keys.
 * @param {Device} content
 */
export const keepDevice = async (content) => {
  const key = (await read(KEY))[0] ?? (await newKey());
  try {
    const row = await seal(key, content, ABOUT);
    await write({ put: [[...KEY, key], [...ROW, row]] });
  } catch (error) {
    if (asFailure(error).isTooLate || asFailure(error).cause?.name === "QuotaExceededError") throw error;
    await write({ put: [[...ROW, { plain: content }]] });
  }
  return content;
};

/** @param {DeviceRow | undefined} one @param {DeviceRow | undefined} other */
const sameRow = (one, other) =>
  JSON.stringify([one?.plain, one?.nonce]) === JSON.stringify([other?.plain, other?.nonce]);

/**
 * Write `rowsFor(key, mine)` only while this phone is still this installation: by the time an answer
 * about it arrives, another tab may have linked the phone again.
 * @param {string} installation
 * @param {(key: CryptoKey, mine: Device) => any} rowsFor
 */
const revise = async (installation, rowsFor) => {
  const [key, row] = await read(KEY, ROW);
  const mine = await opened(key, row);
  if (mine?.installation !== installation) return;
  const rows = await rowsFor(key, mine);
  if (!rows) return;
  let isLate = false;
  /** @param {unknown} _vault @param {unknown} _lock @param {DeviceRow | undefined} present */
  const check = (_vault, _lock, present) => {
    isLate = !sameRow(row, present);
    if (isLate) throw new Error("another tab was quicker");
  };
  try {
    await write({ ...rows, check });
  } catch (error) {
    if (!isLate) throw error;
    await revise(installation, rowsFor);
  }
};

/**
 * The portal's name of this installation is the one people know.
 * @param {string} installation
 * @param {{ name: string, account: string }} given
 */
export const nameDevice = (installation, { name, account }) =>
  revise(installation, async (key, mine) => {
    if (mine.name === name && mine.account === account) return null;
    const content = { ...mine, name, account };
    return { put: [[...ROW, key ? await seal(key, content, ABOUT) : { plain: content }]] };
  });

/**
 * Every account here belongs to this link now: the person put them into its backup.
 * @param {string} installation
 */
export const ownAll = (installation) =>
  revise(installation, async (key, mine) => {
    if (!mine.before?.length) return null;
    const content = { ...mine, before: [] };
    return { put: [[...ROW, key ? await seal(key, content, ABOUT) : { plain: content }]] };
  });

/**
 * Write these rows only while this phone is this installation, and has not erased itself.
 * @param {string} installation
 * @param {Partial<Writing>} rows
 */
export const writeAs = (installation, rows) => revise(installation, () => rows);

/**
 * Forget this installation, and `put` down why; the codes stay.
 * @param {string} installation
 * @param {Row[]} put
 */
export const dropDevice = (installation, put) => writeAs(installation, { put, drop: [KEY, ROW] });
