// Whether a new passphrase is the password of the account: whoever learns that would have the backup too.
import { derive } from "../../core/kdf/kdf.js";
import { fromText, toText, utf8 } from "../../lk1/bytes.js";
import { Refusal } from "../../core/refusal.js";
import { _ } from "../../core/i18n.js";
import { call } from "./api.js";

/** @param {string} passphrase @param {Json} given */
const derived = async (passphrase, { kdf: kind, salt, ...cost }) => {
  const password = utf8(passphrase.normalize("NFC")); // as the portal reads its passwords
  return derive({ kind, ...cost, salt: fromText(salt), password });
};

/**
 * Refuse the password of the account, at the field "secret". Neither leaves the phone: what is sent is derived
 * from the passphrase as the portal hashes passwords. Without an answer nothing is refused.
 * @param {string} passphrase
 */
export const refusePassword = async (passphrase) => {
  const how = await call("GET", "password").catch(() => null);
  if (!how?.kdf) return;
  const body = { derived: toText(new Uint8Array(await derived(passphrase, how))) };
  const answer = await call("POST", "password", { body }).catch(() => null);
  if (!answer?.same) return;
  throw new Refusal(
    _("This is the password of your account. Choose another one: anyone who learns it would have your backup as well."),
    "secret",
  );
};
