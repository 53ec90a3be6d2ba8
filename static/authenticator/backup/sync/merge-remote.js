// Taking in what the portal has and this phone does not: merged by entry, never replaced.
import { replaceWith } from "../../lk1/document.js";
import { openEnvelope } from "../../lk1/envelope.js";
import { merge } from "../../lk1/merge.js";
import { now } from "../../otp/clock.js";
import { damaged } from "../../lk1/refusals.js";
import { Refusal } from "../../core/refusal.js";
import { change, current } from "../../accounts/vault.js";
import { _ } from "../../core/i18n.js";
import { call } from "../portal/api.js";
import { ownDevice } from "../portal/device.js";
import { backupIn, keyOf } from "./state.js";

const WANTS = ["vault", "epoch", "head", "version", "slots"];

const another = () =>
  new Refusal(_("Your account has another backup now, which this phone cannot open."), "", "another");

/**
 * The newest version as the portal has it: its content, and what stands beside it.
 * @param {Pick<VaultKey, "vault" | "secret">} given
 */
export const newest = async ({ vault, secret }) => {
  const answer = await call("GET", "vault", { wants: WANTS });
  if (answer.vault !== vault) throw another();
  const { envelope } = answer.version;
  // The header is sealed along: an older version cannot be passed off as the newest.
  if (envelope.version !== answer.head || envelope.vault !== vault) throw damaged();
  return { ...answer, content: await openEnvelope({ secret, envelope }) };
};

/**
 * Put two states of the same accounts together in the document.
 * @param {VaultDocument} doc
 * @param {{ base: VaultDocument | null, mine: string, theirs: VaultDocument, phone: string }} given
 */
export const mergeInto = (doc, { base, mine, theirs, phone }) => {
  const merged = merge({ base, a: { doc, phone: mine }, b: { doc: theirs, phone } });
  replaceWith(doc, merged);
};

/** @param {VaultDocument} doc @param {Newest} given @param {string} mine */
const takeIn = (doc, { head, epoch, content, version, slots }, mine) => {
  const backup = backupIn(doc);
  if (head < backup.head) backup.setBack = now(); // said from now on: see status.js
  // A portal that was set back to an earlier day knows less than this phone: nothing to take in.
  const isNews = head >= backup.head;
  if (isNews) mergeInto(doc, { base: backup.base, mine, theirs: content, phone: version.phone });
  const { saved, accounts } = version;
  const fields = { head, epoch, saved, accounts, slots, base: content, checked: head };
  Object.assign(backupIn(doc), fields); // merged: another object than the one above
  delete backupIn(doc).pending;
};

/** Take the newest version in; what both changed is kept twice. */
export const pull = async () => {
  const found = await newest(keyOf(current()));
  const { name } = await ownDevice();
  await change((doc) => {
    if (doc.backup?.vault === found.vault) takeIn(doc, found, name);
  });
};
