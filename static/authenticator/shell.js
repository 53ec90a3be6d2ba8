// The app's own files: kept for offline by the service worker, renewed only when told.
import { part } from "./dom.js";

const SCOPE = "/authenticator/";
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

/** Keep the app for offline use; a newer one waits until the person takes it. */
export const keepOffline = async () => {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const wasControlled = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (wasControlled) location.reload();
  });
  try {
    const registration = await serviceWorker.register(`${SCOPE}sw.js`, { scope: SCOPE });
    if (registration.waiting && serviceWorker.controller) offer(registration.waiting);
    registration.addEventListener("updatefound", () => watch(registration));
  } catch {
    // Without it the app works as long as the portal can be reached.
  }
};

/** The hash of the app as it is kept here; empty while it is not. */
export const version = async () => {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return "";
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(""), 2000);
  });
  worker.postMessage("version", [port2]);
  return answer;
};
