// The pages of recovery; each is fetched when it is first shown.
import { lazy, page } from "../../core/page/router.js";

const PAGES = {
  welcome: async () => (await import("./welcome-page.js")).showWelcome,
  emptied: async () => (await import("./welcome-page.js")).showEmptied,
  recovery: async () => (await import("./start-page.js")).showBegin,
  recover: async () => (await import("./link-code-page.js")).showClaim,
  "recovery-open": async () => (await import("./unlock-page.js")).showOpen,
  "recovery-older": async () => (await import("./versions-page.js")).showOlder,
  "recovery-ask": async () => (await import("./key-request-page.js")).showAsk,
  "recovery-look": async () => (await import("./preview-page.js")).showLook,
  "recovery-done": async () => (await import("./result-page.js")).showDone,
  "recovery-none": async () => (await import("./no-key-page.js")).showNone,
  "recovery-lost": async () => (await import("./lost-services-page.js")).showLost,
  "hand-over": async () => (await import("./hand-over-page.js")).showHandOver,
};

/** Name them all. */
export const namePages = () => {
  for (const [name, load] of Object.entries(PAGES)) page(name, lazy(load));
};
