// Sentences that several pages of a recovery use.
import { _, moment, n_, span } from "../core/i18n.js";

const MINUTE = 60_000; // milliseconds

/** @param {number} count */
export const accounts = (count) => n_("%(count)s account", "%(count)s accounts", count);

/**
 * A moment, and how long ago that is.
 * @param {string} text
 */
export const ago = (text) => {
  const time = Date.parse(text);
  const past = Math.max(0, Date.now() - time);
  if (past < MINUTE) return _("%(date)s (just now)", { date: moment(time) });
  return _("%(date)s (%(span)s ago)", { date: moment(time), span: span(past) });
};

/**
 * That a key opens the backup now, and what happens without one.
 * @param {number} from
 */
export const waitWords = (from) =>
  _(
    "You can open it now with your backup key, passphrase or passkey. Without any of them you can open it from %(date)s.",
    { date: moment(from) },
  );

/**
 * Which backup it is: of which phone, of when, how large.
 * @param {{ phone: string, saved: string, accounts: number }} given
 */
export const which = ({ phone, saved, accounts: count }) =>
  _("%(phone)s · %(accounts)s · saved %(date)s", {
    phone: phone || _("Unknown phone"),
    accounts: accounts(count),
    date: moment(Date.parse(saved)),
  });
