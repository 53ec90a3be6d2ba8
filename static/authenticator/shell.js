// The app's own files: kept for offline by the service worker, renewed only when told.
import { part } from "./dom.js";

const SCOPE = "/authenticator/";
// At an origin of its own the portal's pages are elsewhere, and no cookie remembers a language.
const isAlone = Boolean(document.querySelector("meta[name=portal]").content);
const ribbon = document.getElementById("update");

const offer = (worker) => {
  ribbon.hidden = false;
  part(ribbon, "update").onclick = () => worker.postMessage("take over");
};

const watch = (registration) => {
  const worker = registration.installing;
  worker?.addEventListener("statechange", () => {
    if (worker.state === "installed" && navigator.serviceWorker.controller) offer(worker);
  });
};

// The page that is kept is in the language of the page that asks for it.
const register = (language) =>
  navigator.serviceWorker.register(`${SCOPE}sw.js?language=${language}`, { scope: SCOPE });

/** Keep the app for offline use; a newer one waits until the person takes it. */
export const keepOffline = async () => {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const wasControlled = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (wasControlled) location.reload();
  });
  try {
    const registration = await register(document.documentElement.lang);
    if (registration.waiting && serviceWorker.controller) offer(registration.waiting);
    registration.addEventListener("updatefound", () => watch(registration));
  } catch {
    // Without it the app works as long as the portal can be reached.
  }
};

const installed = (worker) =>
  new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === "redundant") reject(new Error("not all of it could be fetched"));
      else if (worker.state !== "installing") resolve();
    };
    worker.addEventListener("statechange", look);
    look();
  });

/** Keep the app in another language and show it; rejects without the network. */
export const speak = async (language) => {
  if (!navigator.serviceWorker?.controller) {
    location.assign(isAlone ? `${SCOPE}?language=${language}` : `/language/?next=${SCOPE}`);
    return;
  }
  const { installing, waiting } = await register(language);
  const worker = installing ?? waiting;
  await installed(worker);
  worker.postMessage("take over");
};

/** The hashes of the app as it is kept here, `{version, release}`; `null` while it is not. */
export const version = async () => {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return null;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(null), 10_000);
  });
  worker.postMessage("version", [port2]);
  return answer;
};
