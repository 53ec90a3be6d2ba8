// What this phone is known to have had, kept outside of the database: it tells an emptied phone
// from a new one.
const MARK = "latchkey-authenticator-known";

/** What it had, `{count, at}`, though its storage be emptied; or `null`. */
export const known = () => {
  try {
    return JSON.parse(localStorage.getItem(MARK)) ?? null;
  } catch {
    return null;
  }
};

/** Note the number of accounts. */
export const remember = (count) => {
  try {
    localStorage.setItem(MARK, JSON.stringify({ count, at: Date.now() }));
  } catch {
    // It only helps to tell an emptied phone from a new one.
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
