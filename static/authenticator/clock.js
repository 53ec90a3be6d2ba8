// The time codes are made from: that of the phone, put right by the portal's if they differ.
const SOURCE = "/healthz";
const TOLERANCE = 3000; // milliseconds; the portal tells whole seconds
const SLOWEST = 5000; // milliseconds an answer may take to be worth anything

let offset = 0;
let isTold = false;

/** The time now, in milliseconds. */
export const now = () => Date.now() + offset;

/** How far the phone's clock is behind the portal's (milliseconds); 0 if it is right. */
export const difference = () => offset;

/** Tell whether the portal has told the time since the start. */
export const isCertain = () => isTold;

const sample = (answer, asked, answered) => {
  const told = Date.parse(answer.headers.get("Date") ?? "");
  const isOurs = answer.ok && !answer.redirected && answered - asked <= SLOWEST;
  return isOurs && told ? told + 500 - (asked + answered) / 2 : null;
};

/** Ask the portal for the time; without an answer all stays as it was. Tells if it changed. */
export const measure = async () => {
  const asked = Date.now();
  try {
    const answer = await fetch(SOURCE, { cache: "no-store", credentials: "omit" });
    const answered = Date.now();
    if ((await answer.text()).trim() !== "ok") return false; // somebody else's page
    const found = sample(answer, asked, answered);
    if (found === null) return false;
    const before = offset;
    isTold = true;
    offset = Math.abs(found) > TOLERANCE ? Math.round(found / 1000) * 1000 : 0;
    return before !== offset;
  } catch {
    return false;
  }
};
