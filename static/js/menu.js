// A <details> menu closes on Escape and when the focus or a click goes elsewhere.
const menus = /** @type {HTMLDetailsElement[]} */ ([
  ...document.querySelectorAll("details[data-menu]"),
]);

/** @param {EventTarget | null} kept */
const closeOthers = (kept) => {
  for (const menu of menus) if (!kept || !menu.contains(/** @type {Node} */ (kept))) menu.open = false;
};

document.addEventListener("click", (event) => closeOthers(event.target));
document.addEventListener("focusin", (event) => closeOthers(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});
