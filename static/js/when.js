// Put every <time data-when> into the clock of this browser, and tell the site which one that is:
// from the next page on it writes the times itself, in sentences too.
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const isSecure = location.protocol === "https:";
const kept = `${isSecure ? "__Host-" : ""}zone=${timeZone}`;
if (timeZone && !document.cookie.split("; ").includes(kept)) {
  document.cookie = `${kept}; path=/; max-age=31536000; samesite=lax${isSecure ? "; secure" : ""}`;
}

const language = document.documentElement.lang || undefined;
/** @type {Intl.DateTimeFormatOptions} */
const day = { day: "numeric", month: "short", year: "numeric" };
/** @type {Intl.DateTimeFormatOptions} */
const moment = { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

for (const each of document.querySelectorAll("time[data-when]")) {
  const time = /** @type {HTMLTimeElement} */ (each);
  const form = time.dataset.when === "day" ? day : moment;
  // British order (3 May 2026) is what the English pages are written in.
  const locale = language?.startsWith("en") ? "en-GB" : language;
  const words = new Intl.DateTimeFormat(locale, form).format(new Date(time.dateTime));
  if (time.dataset.when === "ago") time.title = words;
  else time.textContent = words;
}
