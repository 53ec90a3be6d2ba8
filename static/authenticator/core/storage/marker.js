// What this phone is known to have had, kept outside of the database: it tells an emptied phone
// from a new one.
const MARK = "latchkey-authenticator-known";

/** What it had, `{count, at}`, though its storage be emptied; or `null`. */
export const known = () => {
  try {
    return JSON.parse(localStorage.getItem(MARK) ?? "null");
  } catch {
    return null;
  }
};

/**
 * Note the number of accounts.
 * @param {number} count
 */
export const remember = (count) => {
  try {
    localStorage.setItem(MARK, JSON.stringify({ count, at: Date.now() }));
  } catch {
    // It only helps to tell an emptied phone from a new one.
  }
};

const SAVING = "latchkey-authenticator-saving";

/**
 * Note in this tab that a generation is on its way to the disk; 0 once it is there, or refused.
 * @param {number} generation
 */
export const noteSaving = (generation) => {
  try {
    if (generation) sessionStorage.setItem(SAVING, String(generation));
    else sessionStorage.removeItem(SAVING);
  } catch {
    // Then it cannot be told after the page was left meanwhile.
  }
};

/**
 * Tell, once, whether this tab was left before what it saved was on disk.
 * @param {number} generation
 */
export const wasCutShort = (generation) => {
  try {
    const wanted = Number(sessionStorage.getItem(SAVING));
    noteSaving(0);
    return wanted > generation;
  } catch {
    return false;
  }
};

/** Forget it. */
export const forget = () => {
  try {
    localStorage.removeItem(MARK);
  } catch {
    // Nothing can be kept there, so nothing is.
  }
};
