// How the backup stands, in one value and in words.
import { now } from "../../otp/clock.js";
import { _, moment, n_, short } from "../../core/i18n.js";
import { isLater } from "../portal/api.js";
import { backupIn, backupOf, changesIn, hasKey, signature } from "./state.js";

let status = { kind: "unknown" };
const listeners = new Set();

/** How it stands now; see `statusOf` for the kinds. */
export const currentStatus = () => status;

/**
 * Call this with every new status; gives the function that ends that.
 * @param {(status: Status) => void} listener
 */
export const onStatus = (listener) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/**
 * Make this the status.
 * @param {Status} next
 */
export const setStatus = (next) => {
  if (JSON.stringify(next) === JSON.stringify(status)) return;
  status = next;
  for (const listener of [...listeners]) listener(status);
};

/** @param {StatusFacts} given */
const withoutKey = ({ answer }) => {
  const { vault, active } = answer ?? {};
  if (vault?.state !== "on") return { kind: "linked" };
  const { accounts, saved } = vault;
  return { kind: "elsewhere", accounts, saved, phone: active?.name ?? "" };
};

/**
 * Trouble that needs the person, or that keeps changes from being saved; the network is neither.
 * @param {Failure | null} trouble
 * @param {number} changes
 */
const isError = (trouble, changes) =>
  trouble !== null && !isLater(trouble) && (changes > 0 || trouble.kind === undefined);

/**
 * Whether the portal, when it was asked, had less than this phone had saved: it was set back.
 * @param {Backup} given
 * @param {HeartbeatAnswer | null} answer
 */
const isSetBack = ({ vault, head }, answer) =>
  answer?.status === "active" &&
  answer.vault?.vault === vault &&
  answer.vault.head < Number(answer.knew) &&
  answer.knew === head;

const SET_BACK_SHOWN = 7 * 24 * 3_600_000; // milliseconds

/** @param {number | undefined} time */
const isRecent = (time) => time !== undefined && now() - time < SET_BACK_SHOWN;

/** @param {StatusFacts} given */
const whileOn = ({ doc, answer, trouble, isSaving }) => {
  const backup = backupIn(doc);
  const { saved, accounts, head, checked } = backup;
  const changes = changesIn(doc);
  const late = answer?.late ?? 0;
  if (isSaving) return { kind: "saving" };
  if (isSetBack(backup, answer)) return { kind: "setback", why: trouble?.message ?? "" };
  if (trouble && isError(trouble, changes)) return { kind: "error", why: trouble.message, changes };
  if (changes) return { kind: "unsaved", changes, why: trouble?.message ?? "" };
  const setBack = isRecent(backup.setBack) ? backup.setBack : 0;
  return { kind: "saved", saved, accounts, isChecked: checked === head, late, setBack };
};

/**
 * `changes` are those that can still be left for the active phone.
 * @param {VaultDocument} doc
 * @param {string} phone
 * @param {string | undefined} left
 */
const asOther = (doc, phone, left) => {
  const changes = left === signature(doc) ? 0 : changesIn(doc);
  return { kind: "other", phone, changes };
};

/** @param {StatusFacts} facts */
const withKey = (facts) => {
  const { doc, answer, shrink } = facts;
  const { role, on, offUntil, left, other, lost } = backupOf(doc);
  if (lost) return withoutKey(facts);
  if (answer?.suspended && answer.replaced_until) return { kind: "replaced", until: answer.replaced_until };
  if (answer?.suspended) return { kind: "suspended" };
  if (role === "other") return asOther(doc, other ?? "", left);
  if (offUntil) return { kind: "off", until: offUntil };
  if (!on) return { kind: "unfinished" };
  return shrink ? { kind: "shrink", ...shrink } : whileOn(facts);
};

/**
 * Put the facts together: `doc`, `mine` (this installation or null), `answer` (the portal's last
 * answer), `trouble` (the last error), `isSaving`, `shrink` (what has to be confirmed), `unlinked`.
 *
 * alone · gone (unlinked) · unknown-phone · linked · elsewhere (a backup this phone cannot open) ·
 * unfinished · off · suspended · replaced (by another app on the same phone) · other (not the active phone) · shrink · setback (the portal has an older
 * state than this phone saved) · saving · error · unsaved · saved
 * @param {StatusFacts} facts
 */
export const statusOf = (facts) => {
  const { doc, mine, trouble, unlinked } = facts;
  if (!mine) return unlinked ? { kind: "gone" } : { kind: "alone" };
  if (trouble?.code === "unknown_phone") return { kind: "unknown-phone", why: trouble.message };
  return hasKey(doc) ? withKey(facts) : withoutKey(facts);
};

/** @param {Status} given */
const unsavedWords = ({ changes, why }) => {
  const words = n_("%(count)s change not saved", "%(count)s changes not saved", Number(changes));
  return why ? `${words}. ${why}` : words;
};

/** @param {string} words @param {number | undefined} setBack */
const withSetBack = (words, setBack) => {
  if (!setBack) return words;
  const date = moment(setBack);
  const sentence = _("The portal was set back to an older state; this phone saved its own again on %(date)s.", {
    date,
  });
  return `${words}. ${sentence}`;
};

/** @param {Status} given */
const savedWords = ({ setBack, ...rest }) => withSetBack(stateWords(rest), setBack);

/** @param {Status} given */
const stateWords = ({ saved, accounts, isChecked }) => {
  const values = { time: saved ? short(saved) : "—", count: accounts };
  if (!isChecked) {
    return n_("Saved %(time)s, %(count)s account", "Saved %(time)s, %(count)s accounts", Number(accounts), values);
  }
  return n_(
    "Saved %(time)s, %(count)s account, opened and checked",
    "Saved %(time)s, %(count)s accounts, opened and checked",
    Number(accounts),
    values,
  );
};

/** @param {Status} given */
const elsewhereWords = ({ accounts, saved }) =>
  n_(
    "Your account has a backup of %(count)s account, saved %(date)s. This phone is not in it yet.",
    "Your account has a backup of %(count)s accounts, saved %(date)s. This phone is not in it yet.",
    Number(accounts),
    { date: saved ? moment(saved) : "—" },
  );

/** @param {Status} given */
const shrinkWords = ({ before, after }) =>
  _(
    "Not saved yet: the backup has %(before)s accounts, this phone has %(after)s. Save that all the same?",
    { before, after },
  );

/** @param {Status} given */
const otherWords = ({ phone }) =>
  phone
    ? _("Not the active phone: %(phone)s saves the backup now. Your codes stay here.", { phone })
    : _("Not the active phone: changes here are not saved. Your codes stay here.");

/** @type {Record<string, (status: Status) => string>} */
const WORDS = {
  gone: () =>
    _("This phone was unlinked from your account. Its codes stay here, and are no longer backed up."),
  "unknown-phone": ({ why }) => _("Error: %(why)s Your codes stay here. Link it again.", { why }),
  linked: () => _("This phone is linked. Its accounts are not backed up yet."),
  elsewhere: elsewhereWords,
  unfinished: () => _("The backup is not on yet: the backup key still has to open it once."),
  off: ({ until }) =>
    _("The backup is off. What was saved is kept until %(date)s.", { date: moment(until ?? "") }),
  suspended: () => _("You suspended this phone in the portal. Nothing is saved until you take it back."),
  replaced: ({ until }) =>
    _(
      "Another app was linked in the place of this one, so nothing is saved here. Your codes stay here. Wasn't you? Remove it in the portal until %(date)s.",
      { date: moment(until ?? "") },
    ),
  other: otherWords,
  shrink: shrinkWords,
  setback: ({ why }) => {
    const words = _("The portal was set back: it has an older state than this phone saved. Saving it again…");
    return why ? `${words} ${why}` : words;
  },
  saving: () => _("Saving…"),
  error: ({ why }) => _("Error: %(why)s", { why }),
  unsaved: unsavedWords,
  saved: savedWords,
};

/** The status as a sentence; empty where there is nothing to say. */
export const statusWords = (given = status) => WORDS[given.kind]?.(given) ?? "";
