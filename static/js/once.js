// A form goes out once: another press is ignored until the page is shown again, also by "back".
const PATIENCE = 10_000; // milliseconds, after which a page that was stopped can be used again
let sent = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== "post") return;
  const last = sent.get(form);
  if (last !== undefined && event.timeStamp - last < PATIENCE) return event.preventDefault();
  sent.set(form, event.timeStamp);
});

addEventListener("pageshow", () => {
  sent = new WeakMap();
});
