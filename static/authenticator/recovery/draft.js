// What was typed or opened, kept over a walk to the portal and back: sealed under a key that cannot
// be read, for an hour at most, and not at all where the lock of the app is to be the only way in.
import { fromText, toText } from "../lk1/bytes.js";
import { newKey, seal, unseal } from "../core/storage/encryption.js";
import { read, write } from "../core/storage/indexed-db.js";
import { lockRow, seals } from "../accounts/vault.js";

/** @type {[string, string]} */
const KEY = ["keys", "draft"];
/** @type {[string, string]} */
const ROW = ["meta", "draft"];
const ABOUT = "draft"; // in place of a generation
const LONGEST = 3_600_000; // milliseconds

/**
 * Keep what a recovery knows.
 * @param {Recovery} given
 */
export const keepDraft = async ({ offer, chosen, secret, typed }) => {
  if (seals(await lockRow())) return;
  const key = await newKey();
  const content = {
    vault: offer?.vault,
    number: chosen?.version,
    secret: secret ? toText(secret) : "",
    typed,
  };
  await write({ put: [[...KEY, key], [...ROW, await seal(key, content, ABOUT)]] });
};

/** Forget it. */
const dropDraft = () => write({ drop: [KEY, ROW] });

/** Take what was kept, once: `{vault, number, secret, typed}` or `null`. */
export const takeDraft = async () => {
  const [key, row] = await read(KEY, ROW);
  if (!row) return null;
  await dropDraft();
  if (Date.now() - row.at > LONGEST) return null;
  try {
    const { secret, ...rest } = await unseal(key, row);
    return { ...rest, secret: secret ? fromText(secret) : null };
  } catch {
    return null;
  }
};
