// The app's own files: kept for offline by the service worker, renewed only when told.
import { part } from "./dom.js";
import { offered, PATIENCE, persist, within } from "../patience.js";

const SCOPE = "/authenticator/";
// At an origin of its own the portal's pages are elsewhere, and no cookie remembers a language.
const isAlone = Boolean(document.querySelector("meta[name=portal]")?.getAttribute("content"));
const ribbon = /** @type {HTMLElement} */ (document.getElementById("update"));

let isAsked = false; // whether it was this tab that took the newer version

/** @param {ServiceWorker} worker */
const offer = (worker) => {
  ribbon.hidden = false;
  part(ribbon, "update").onclick = () => {
    isAsked = true;
    worker.postMessage("take over");
  };
};

/** @param {HTMLInputElement} field */
const isTyped = (field) =>
  field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;

/** Whether somebody has begun to type something here that a reload would lose. */
const isHalfTyped = () =>
  [...document.querySelectorAll("main form input, main form textarea")].some((field) =>
    isTyped(/** @type {HTMLInputElement} */ (field)),
  );

/** The newer version is there: at once, or when what is typed here is sent or left. */
const startAnew = () => {
  if (isAsked || !isHalfTyped()) location.reload();
  else window.addEventListener("hashchange", () => location.reload(), { once: true });
};

// The page that is kept is in the language of the page that asks for it.
/** @param {string} language */
const register = (language) =>
  navigator.serviceWorker.register(`${SCOPE}sw.js?language=${language}`, { scope: SCOPE });

/** @param {ServiceWorkerRegistration} registration @param {ServiceWorker} worker */
const watch = async (registration, worker) => {
  await installed(worker);
  if (registration.waiting && offered("serviceWorker")?.controller) offer(registration.waiting);
};

/** Register the service worker, and wait until all of the app is kept: one file may be refused. */
const keepAll = async () => {
  const registration = await within(
    PATIENCE.script,
    "the portal",
    register(document.documentElement.lang),
  );
  if (!registration) return; // a browser that was told to have none
  const { serviceWorker } = navigator;
  if (registration.waiting && serviceWorker.controller) offer(registration.waiting);
  registration.onupdatefound = () => {
    const { installing } = registration;
    // A newer version that is not whole: the present one works on, and is asked for it again.
    if (installing) persist(() => watch(registration, registration.installing ?? installing));
  };
  if (registration.active) return;
  const worker = registration.installing ?? registration.waiting;
  if (!worker) throw new Error("what came was refused"); // and is asked for again
  await watch(registration, worker);
};

/**
 * Keep the app for offline use; a newer one waits until the person takes it. `tell(isKept)` hears
 * how it stands whenever that was tried: without it the app works only while the portal is reached.
 * @param {(isKept: boolean) => void} tell
 */
export const keepOffline = (tell) => {
  const serviceWorker = offered("serviceWorker");
  if (!serviceWorker) return;
  const wasControlled = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (wasControlled) startAnew();
  });
  persist(keepAll, tell);
};

/** @param {ServiceWorker} worker */
const installed = (worker) =>
  within(PATIENCE.install, "the new version", settled(worker));

/** @param {ServiceWorker} worker */
const settled = (worker) =>
  new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "installing") return;
      worker.removeEventListener("statechange", look);
      if (worker.state === "redundant") reject(new Error("not all of it could be fetched"));
      else resolve(worker);
    };
    worker.addEventListener("statechange", look);
    look();
  });

/**
 * Keep the app in another language and show it; rejects without the network.
 * @param {string} language
 */
export const speak = async (language) => {
  if (!offered("serviceWorker")?.controller) {
    location.assign(isAlone ? `${SCOPE}?language=${language}` : `/language/?next=${SCOPE}`);
    return;
  }
  const { installing, waiting } = await within(
    PATIENCE.script,
    "the portal",
    register(language),
  );
  const worker = installing ?? waiting;
  if (!worker) return location.reload(); // it is in that language already
  await installed(worker);
  worker.postMessage("take over");
};

/** The hashes of the app as it is kept here, `{version, release}`; `null` while it is not. */
export const version = async () => {
  const worker = offered("serviceWorker")?.controller;
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), 10_000);
  });
  worker.postMessage("version", [port2]);
  return answer;
};
