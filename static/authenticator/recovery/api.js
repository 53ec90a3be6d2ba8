// The calls of a recovery; see docs/authenticator-api.md. Each but the last needs a grant.
import { asFailure } from "../core/refusal.js";
import { call, isRefused } from "../backup/portal/api.js";

/** @param {object} content */
const body = (content) => ({ body: content });

/** The backups of this account: `{vaults, active}`. */
export const offers = () => call("GET", "restore/offers", { wants: ["vaults"] });

/** What it takes to prove a key, while leave waits: `{vaults, active, from, takes_over_from}`. */
export const toProve = () => call("GET", "restore/slots", { wants: ["vaults", "from"] });

/**
 * Prove a key: `{vault, slot, tag}`, or without `slot` that of the vault itself.
 * @param {object} content
 */
export const proveKey = (content) => call("POST", "restore/prove", body(content));

/**
 * One state of a backup, with its envelope.
 * @param {string} vault
 * @param {number} number
 */
export const versionOf = (vault, number) =>
  call("GET", `restore/${vault}/versions/${number}`, { wants: ["version", "envelope"] });

/**
 * Fifty states, newest first, of those before a number: `{versions, more}`.
 * @param {string} vault
 * @param {number | null} before
 */
export const versionsOf = (vault, before) => {
  const rest = before ? `?before=${before}` : "";
  return call("GET", `restore/${vault}/versions${rest}`, { wants: ["versions"] });
};

/**
 * Say how it ended: `mode` is take-over or view.
 * @param {string} mode
 * @param {string} vault
 * @param {number} head
 */
export const complete = (mode, vault, head) =>
  call("POST", "restore/complete", body({ mode, vault, head }));

/**
 * Note that a slot opened the backup: of the phone that saves it.
 * @param {string} slot
 * @param {string} tag
 */
export const noteOpened = (slot, tag) =>
  call("POST", `vault/slots/${slot}/opened`, tag ? body({ tag }) : {});

/**
 * Ask for the key of the vault; gives `{transfer, expires}`.
 * @param {string} shown
 */
export const askForKey = (shown) =>
  call("POST", "transfers", { ...body({ public: shown }), wants: ["transfer", "expires"] });

/**
 * What became of it, or, on the old phone, who asks.
 * @param {string} id
 */
export const transferOf = (id) => call("GET", `transfers/${id}`, { wants: ["status"] });

/**
 * Give the sealed key: of a linked phone, without a grant.
 * @param {string} id
 * @param {object} answer
 */
export const answerTransfer = (id, answer) => call("PUT", `transfers/${id}`, body(answer));

/**
 * Tell whether the permission to read the backups is missing or over.
 * @param {unknown} error
 */
export const needsGrant = (error) =>
  asFailure(error).kind === "unlinked" || isRefused(error, "grant_needed", "unknown_phone", "unlinked");
