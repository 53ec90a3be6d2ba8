// Changes of a phone that is no longer the active one: left for the active one, taken or let go there.
import { openEnvelope } from "../../lk1/envelope.js";
import { describe } from "../../lk1/merge.js";
import { change, current } from "../../accounts/vault.js";
import { call, isRefused } from "../portal/api.js";
import { ownDevice } from "../portal/device.js";
import { mergeInto } from "./merge-remote.js";
import { sealed } from "./upload.js";
import { accountsIn, keyOf, signature } from "./state.js";
import { look } from "./versions.js";

/** Leave what this phone changed. */
export const leave = async () => {
  const doc = current();
  const left = signature(doc);
  await call("POST", "vault/late", { body: { envelope: await sealed(doc), accounts: accountsIn(doc) } });
  await change(({ backup }) => {
    if (backup) backup.left = left;
  });
};

/** What other phones left for this one: `{installation, phone, saved, accounts, content}`, oldest first. */
export const waiting = async () => {
  const { late } = await call("GET", "vault/late", { wants: ["late"] });
  const { secret } = keyOf(current());
  return Promise.all(
    late.map(async (/** @type {LateChanges} */ each) => ({
      ...each,
      content: await openEnvelope({ secret, envelope: each.envelope }),
    })),
  );
};

/**
 * What both came from, if the portal still has it.
 * @param {LateChanges} given
 */
const commonBase = async ({ base }) => {
  if (base === 0) return null;
  const found = await look(base).catch((error) => {
    if (isRefused(error, "version_unknown")) return null;
    throw error;
  });
  return found?.content ?? null;
};

/**
 * What this would bring here: new accounts, and accounts that were changed.
 * @param {LateChanges} given
 */
export const brings = ({ content }) => describe({ mine: current(), theirs: content });

/**
 * Let it go: the phone that left it keeps what it has.
 * @param {LateChanges} given
 */
export const letGo = ({ installation, envelope: { nonce } }) =>
  call("DELETE", `vault/late/${installation}`, { headers: { "If-Match": `"${nonce}"` } });

/**
 * Merge it into the list of this phone; where both changed the same, both are kept.
 * @param {LateChanges} one
 */
export const take = async (one) => {
  const base = await commonBase(one);
  const { name } = await ownDevice();
  await change((doc) => mergeInto(doc, { base, mine: name, theirs: one.content, phone: one.phone }));
  await letGo(one);
};
