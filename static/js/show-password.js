// A button beside a password field that shows what was typed. Hidden again before sending.
for (const button of document.querySelectorAll("[data-show-password]")) {
  const field = /** @type {HTMLInputElement | null} */ (
    document.getElementById(button.dataset.showPassword ?? "")
  );
  if (!field) continue;

  /** @param {boolean} shown */
  const set = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = (shown ? button.dataset.hide : button.dataset.show) ?? "";
  };

  button.hidden = false;
  button.addEventListener("click", () => set(field.type === "password"));
  field.form?.addEventListener("submit", () => set(false));
}
