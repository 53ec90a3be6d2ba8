// Opening the chosen state; if it is damaged, the newest older one that is not.
import { openEnvelope } from "../lk1/envelope.js";
import { Refusal } from "../core/refusal.js";
import { _, moment } from "../core/i18n.js";
import { versionOf, versionsOf } from "./api.js";
import { keep, needed } from "./session.js";

/** @type {Record<string, () => string>} */
const REASONS = {
  newer: () => _("a newer version of the app made it"),
};

/** @param {Failure} error */
const reasonOf = (error) => REASONS[error.code ?? ""]?.() ?? _("it is damaged");

/**
 * The document of a state, or `null`: then it is noted why.
 * @param {SealedVersion} version
 * @param {Skipped[]} skipped
 */
const attempt = async (version, skipped) => {
  try {
    return await openEnvelope({ secret: needed("secret"), envelope: version.envelope });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    skipped.push({ saved: version.saved, why: reasonOf(error) });
    return null;
  }
};

/**
 * Every state before this one, newest first, as long as somebody asks for more.
 * @param {Chosen} given
 */
async function* olderThan({ vault, version }) {
  let before = version;
  for (;;) {
    const { versions, more } = await versionsOf(vault, before);
    for (const each of versions) yield versionOf(vault, each.version);
    if (!more || versions.length === 0) return;
    before = versions.at(-1).version;
  }
}

/** Open the chosen state with the key that is there; refuses if none before it opens either. */
export const openChosen = async () => {
  const chosen = needed("chosen");
  /** @type {Skipped[]} */
  const skipped = [];
  let doc = await attempt(chosen, skipped);
  if (doc) {
    keep({ doc, skipped });
    return;
  }
  for await (const version of olderThan(chosen)) {
    doc = await attempt(version, skipped);
    if (doc) {
      keep({ doc, skipped, chosen: { ...version, vault: chosen.vault } });
      return;
    }
  }
  throw new Refusal(
    _("The key is right, but none of the saved states can be read: %(why)s.", {
      why: skipped[0].why,
    }),
  );
};

/**
 * What was passed over to get here, in a sentence; empty if nothing was.
 * @param {Recovery} given
 */
export const skippedWords = ({ skipped }) => {
  if (skipped.length === 0) return "";
  return _("The state of %(newest)s cannot be read: %(why)s. This is the one before, of %(shown)s.", {
    newest: moment(Date.parse(skipped[0].saved)),
    why: skipped[0].why,
    shown: moment(Date.parse(needed("chosen").saved)),
  });
};
