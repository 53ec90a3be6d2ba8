// The pages of recovery; each is fetched when it is first shown.
import { lazy, page } from "../router.js";

const PAGES = {
  welcome: async () => (await import("./welcome.js")).showWelcome,
  emptied: async () => (await import("./welcome.js")).showEmptied,
  recovery: async () => (await import("./begin.js")).showBegin,
  recover: async () => (await import("./claim.js")).showClaim,
  "recovery-open": async () => (await import("./open.js")).showOpen,
  "recovery-older": async () => (await import("./older.js")).showOlder,
  "recovery-ask": async () => (await import("./ask.js")).showAsk,
  "recovery-look": async () => (await import("./look.js")).showLook,
  "recovery-done": async () => (await import("./done.js")).showDone,
  "recovery-none": async () => (await import("./none.js")).showNone,
  "recovery-lost": async () => (await import("./lost.js")).showLost,
  "hand-over": async () => (await import("./hand-over.js")).showHandOver,
};

/** Name them all. */
export const namePages = () => {
  for (const [name, load] of Object.entries(PAGES)) page(name, lazy(load));
};
